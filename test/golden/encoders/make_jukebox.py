"""Writes jukebox/: a tiny VQ-VAE encoder and a tiny prior in the format of PyTorch before 1.6, as
the published ones are, and what OpenAI's code makes of a sound with them. Needs jukebox-infer
(OpenAI's code made to run without a GPU) and torch: python3 test/golden/encoders/make_jukebox.py"""
import collections
import json
import pathlib

import numpy
import torch
from jukebox_infer.hparams import setup_hparams
from jukebox_infer.make_models import make_prior, make_vqvae

here = pathlib.Path(__file__).parent / "jukebox"
CONTEXT, BLOCKS = 24, 4
VQVAE = dict(width=2, depth=2, emb_width=4, l_bins=8, restore_vqvae="", sample_length=CONTEXT * 128)
PRIOR = dict(n_ctx=CONTEXT, blocks=BLOCKS, prior_width=16, prior_depth=4, heads=2, y_bins=(3, 4), t_bins=8,
             restore_prior="", fp16_params=True)


def sound(n):
    """Noise that C makes, too, to the last bit."""
    i = numpy.arange(n, dtype=numpy.int64)
    return (((i * i * 31 + i * 17) % 255 - 127) / 256).astype(numpy.float32)


def fill(module, seed):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in module.named_parameters():
            centre = 1.0 if ".ln_" in name and name.endswith("weight") else 0.0
            p.copy_(centre + 0.5 * torch.randn(p.shape, generator=g))


def save(path, tensors):
    torch.save({"model": tensors, "step": 1}, path, _use_new_zipfile_serialization=False)


def main():
    torch.cuda.LongTensor = torch.LongTensor  # its labels ask for a GPU's type
    here.mkdir(exist_ok=True)
    vqvae = make_vqvae(setup_hparams("vqvae", VQVAE), "cpu")
    prior = make_prior(setup_hparams("prior_5b", PRIOR), vqvae, "cpu")
    fill(vqvae, 1)
    fill(prior, 2)
    x = sound(20 * 128 + 77)
    x = torch.from_numpy(x / numpy.abs(x).max())
    out = collections.OrderedDict()
    with torch.no_grad():
        h = vqvae.encoders[2](x[None, None])
        z = h[-1][0].T
        g = torch.Generator().manual_seed(3)
        k = vqvae.bottleneck.level_blocks[2].k
        k.copy_(z.mean(0) + z.std(0) * torch.randn(k.shape, generator=g))
        for name, p in prior.named_parameters():
            if name.endswith(".w"):
                p.data = p.data.half()
        for i, v in enumerate(h):
            out[f"encoder_2_block_{i}"] = v[0].T.numpy().copy()
        codes = vqvae.encode(x[None, :, None])[-1]
        d = ((out["encoder_2_block_2"][:, None] - k.numpy()[None]) ** 2).sum(-1)
        d.sort(axis=1)
        assert (d[:, 1] - d[:, 0]).min() > 1e-3
        out["codes"] = codes[0].numpy().astype(numpy.float32)
        total = int(62 * 44100) // 128 * 128
        y = torch.tensor([[total, 0, CONTEXT * 128, 0, 0, -1, -1, -1, -1]])
        out["y"] = y[0].numpy().astype(numpy.float32)
        x_cond, y_cond, _ = prior.get_cond(None, y)
        out["x_cond"] = x_cond[0].numpy()
        p, n = prior.prior, codes.shape[1]
        p.only_encode = True
        t = torch.cat((y_cond, p.x_emb(codes)[:, :-1]), 1) + p.pos_emb()[:n] + x_cond[:, :n]
        out["input"] = t[0].numpy().copy()
        for i, layer in enumerate(p.transformer._attn_mods):
            layer.attn.del_cache()
            if i < 3:
                out[f"attention_{i + 1}"] = layer.attn(layer.ln_0(t), None, True)[0].numpy().copy()
                layer.attn.del_cache()
            t = layer(t, encoder_kv=None, sample=True)
            layer.attn.del_cache()
            out[f"layer_{i + 1:02d}"] = t[0].numpy().copy()
    kept = ("encoders.2.", "bottleneck.level_blocks.2.", "decoders.2.out.bias")
    save(here / "vqvae.pth.tar", {k: v for k, v in vqvae.state_dict().items() if k.startswith(kept)})
    save(here / "prior_level_2.pth.tar", prior.state_dict())
    numpy.savez_compressed(here / "stages.npz", **out)
    config = {"model_type": "jukebox", "sample_rate": 44100, "levels": 3, "downs_t": [3, 2, 2], "strides_t": [2, 2, 2],
              "multipliers": [2, 1, 1], "dilation_growth_rate": 3, "m_attn": 0.25, "m_mlp": 1.0, "max_bow_genre_size": 5,
              "min_duration": 60.0, "max_duration": 600.0}
    config |= {k: VQVAE[k] for k in ("width", "depth", "emb_width", "l_bins")}
    config |= {k: PRIOR[k] for k in ("n_ctx", "blocks", "prior_width", "prior_depth", "heads", "y_bins", "t_bins")}
    (here / "config.json").write_text(json.dumps(config) + "\n")
    print(out["codes"])


main()
