"""Jukebox as OpenAI's code has it, made to run without a GPU (the package jukebox-infer): a VQ-VAE
and a prior of any sizes and random weights, saved in the format of PyTorch before 1.6 as the
published ones are, and what they make of the first window of a sound."""

import collections
import json
import pathlib

import numpy
import torch
from jukebox_infer.hparams import setup_hparams
from jukebox_infer.make_models import make_prior, make_vqvae

HOP = 128  # samples of the last level's codes
FIXED = {
    "model_type": "jukebox",
    "sample_rate": 44100,
    "levels": 3,
    "downs_t": [3, 2, 2],
    "strides_t": [2, 2, 2],
    "multipliers": [2, 1, 1],
    "dilation_growth_rate": 3,
    "m_attn": 0.25,
    "m_mlp": 1.0,
    "max_bow_genre_size": 5,
    "min_duration": 60.0,
    "max_duration": 600.0,
}
VQVAE_KEYS = ("width", "depth", "emb_width", "l_bins")
PRIOR_KEYS = ("n_ctx", "blocks", "prior_width", "prior_depth", "heads", "y_bins", "t_bins")


def fill(module, seed, deviation):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in module.named_parameters():
            centre = 1.0 if ".ln_" in name and name.endswith("weight") else 0.0
            p.copy_(centre + deviation * torch.randn(p.shape, generator=g))


def save(path, tensors):
    torch.save({"model": tensors, "step": 1}, path, _use_new_zipfile_serialization=False)


class Jukebox:
    """sizes: VQVAE_KEYS and PRIOR_KEYS; deviation: of the weights."""

    def __init__(self, sizes, seed=1, deviation=0.5):
        torch.cuda.LongTensor = torch.LongTensor  # its labels ask for a GPU's type
        self.sizes, self.seed = sizes, seed
        vqvae = {k: sizes[k] for k in VQVAE_KEYS}
        prior = {k: sizes[k] for k in PRIOR_KEYS}
        vqvae |= {"restore_vqvae": "", "sample_length": sizes["n_ctx"] * HOP}
        prior |= {"restore_prior": "", "fp16_params": True}
        self.vqvae = make_vqvae(setup_hparams("vqvae", vqvae), "cpu")
        self.prior = make_prior(setup_hparams("prior_5b", prior), self.vqvae, "cpu")
        fill(self.vqvae, seed, deviation)
        fill(self.prior, seed + 1, deviation)
        for name, p in self.prior.named_parameters():
            if name.endswith(".w"):  # the published prior keeps these in 16 bits
                p.data = p.data.half()

    @torch.no_grad()
    def stages(self, x):
        """Of a sound [samples] shorter than a window, whose largest sample becomes 1. The codebook
        is drawn so that the sound uses many codes, none of which another one comes near."""
        out = collections.OrderedDict()
        x = torch.from_numpy(x / numpy.abs(x).max())
        h = self.vqvae.encoders[2](x[None, None])
        z = h[-1][0].T
        g = torch.Generator().manual_seed(self.seed + 2)
        k = self.vqvae.bottleneck.level_blocks[2].k
        k.copy_(z.mean(0) + z.std(0) * torch.randn(k.shape, generator=g))
        for i, v in enumerate(h):
            out[f"encoder_2_block_{i}"] = v[0].T.numpy().copy()
        codes = self.vqvae.encode(x[None, :, None])[-1]
        d = ((out["encoder_2_block_2"][:, None] - k.numpy()[None]) ** 2).sum(-1)
        d.sort(axis=1)
        assert (d[:, 1] - d[:, 0]).min() > 1e-4 * d[:, 1].mean()
        out["codes"] = codes[0].numpy().astype(numpy.float32)
        total = int(62 * 44100) // HOP * HOP
        y = torch.tensor([[total, 0, self.sizes["n_ctx"] * HOP, 0, 0, -1, -1, -1, -1]])
        out["y"] = y[0].numpy().astype(numpy.float32)
        x_cond, y_cond, _ = self.prior.get_cond(None, y)
        out["x_cond"] = x_cond[0].numpy()
        p, n = self.prior.prior, codes.shape[1]
        p.only_encode = True
        t = torch.cat((y_cond, p.x_emb(codes)[:, :-1]), 1) + p.pos_emb()[:n] + x_cond[:, :n]
        out["input"] = t[0].numpy().copy()
        for i, layer in enumerate(p.transformer._attn_mods):
            layer.attn.del_cache()
            if i < 3:
                attention = layer.attn(layer.ln_0(t), None, True)
                out[f"attention_{i + 1}"] = attention[0].numpy().copy()
                layer.attn.del_cache()
            t = layer(t, encoder_kv=None, sample=True)
            layer.attn.del_cache()
            out[f"layer_{i + 1:02d}"] = t[0].numpy().copy()
        return out

    def save(self, folder):
        """Of the VQ-VAE what an encoder of music reads; after stages(), which draws the codes."""
        folder = pathlib.Path(folder)
        kept = ("encoders.2.", "bottleneck.level_blocks.2.", "decoders.2.out.bias")
        tensors = self.vqvae.state_dict()
        save(folder / "vqvae.pth.tar", {k: v for k, v in tensors.items() if k.startswith(kept)})
        save(folder / "prior_level_2.pth.tar", self.prior.state_dict())
        config = FIXED | {k: self.sizes[k] for k in VQVAE_KEYS + PRIOR_KEYS}
        (folder / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
