"""Writes this folder's two tiny models and what PyTorch's own operators make of them in float64:
python3 test/golden/encoders/make.py"""

import json
import pathlib

import numpy
import torch
import torch.nn.functional as F

here = pathlib.Path(__file__).parent
KERNEL, STRIDE = [5, 3], [3, 2]


def build(name, seed, config, rename):
    c = {
        "model_type": {"group": "mert_model", "layer": "wav2vec2"}[name],
        "hidden_act": "gelu",
        "feat_extract_activation": "gelu",
        "layer_norm_eps": 1e-5,
        "conv_kernel": KERNEL,
        "conv_stride": STRIDE,
        "conv_dim": [4, 6],
        "hidden_size": 8,
        "intermediate_size": 10,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "num_conv_pos_embedding_groups": 2,
        **config,
    }
    g = torch.Generator().manual_seed(seed)
    w = {}

    def new(key, *shape, centre=0.0):
        w[key] = (centre + torch.randn(*shape, generator=g) * 0.4).float()
        return w[key].double()

    def norm(key, n):
        return new(key + ".weight", n, centre=1.0), new(key + ".bias", n)

    def linear(key, out, n):
        return new(key + ".weight", out, n), new(key + ".bias", out)

    samples = (torch.randn(83, generator=g) * 0.3 + 0.1).float()
    out = {"samples": samples}
    x = samples.double()
    if config["do_normalize"]:
        x = (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + 1e-7)
    out["input_values"] = x
    x = x[None, None]
    width, inner, heads = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"]
    last = 1
    for j, n in enumerate(c["conv_dim"]):
        key = f"feature_extractor.conv_layers.{j}"
        weight = new(key + ".conv.weight", n, last, KERNEL[j])
        bias = new(key + ".conv.bias", n) if c["conv_bias"] else None
        x = F.conv1d(x, weight, bias, stride=STRIDE[j])
        if c["feat_extract_norm"] == "layer":
            x = F.layer_norm(x.transpose(1, 2), (n,), *norm(key + ".layer_norm", n)).transpose(1, 2)
        elif j == 0:
            x = F.group_norm(x, n, *norm(key + ".layer_norm", n))
        x = F.gelu(x)
        out[f"conv_{j}"] = x[0].T
        last = n
    x = x[0].T
    if c["feat_proj_layer_norm"]:
        x = F.layer_norm(x, (last,), *norm("feature_projection.layer_norm", last))
    out["features_normed"] = x
    x = F.linear(x, *linear("feature_projection.projection", width, last))
    out["projected"] = x
    key, k, groups = "encoder.pos_conv_embed.conv", c["num_conv_pos_embeddings"], 2
    magnitude = new(f"{key}.{rename[0]}", 1, 1, k, centre=1.0)
    direction = new(f"{key}.{rename[1]}", width, width // groups, k)
    y = F.conv1d(
        x.T[None],
        torch._weight_norm(direction, magnitude, 2),
        new(key + ".bias", width),
        padding=k // 2,
        groups=groups,
    )[0].T
    y = F.gelu(y[:-1] if k % 2 == 0 else y)
    out["pos_conv"] = y
    x = x + y
    encoder_norm = norm("encoder.layer_norm", width)
    pre = c["do_stable_layer_norm"]
    if not pre:
        x = F.layer_norm(x, (width,), *encoder_norm)
    hidden = [x]
    for i in range(c["num_hidden_layers"]):
        key = f"encoder.layers.{i}."
        q, k_, v, o = [
            linear(f"{key}attention.{s}_proj", width, width) for s in ("q", "k", "v", "out")
        ]
        n1, n2 = norm(key + "layer_norm", width), norm(key + "final_layer_norm", width)
        up = linear(key + "feed_forward.intermediate_dense", inner, width)
        down = linear(key + "feed_forward.output_dense", width, inner)

        def attention(z):
            split = [F.linear(z, *p).reshape(len(z), heads, -1).transpose(0, 1) for p in (q, k_, v)]
            y = F.scaled_dot_product_attention(*[s[None] for s in split])[0]
            return F.linear(y.transpose(0, 1).reshape(len(z), width), *o)

        a = attention(F.layer_norm(x, (width,), *n1) if pre else x)
        x = x + a if pre else F.layer_norm(x + a, (width,), *n1)
        f = F.linear(F.gelu(F.linear(F.layer_norm(x, (width,), *n2) if pre else x, *up)), *down)
        x = x + f if pre else F.layer_norm(x + f, (width,), *n2)
        if i == 0:
            out["layer_0_attention"], out["layer_0_feed_forward"] = a, f
        if pre and i == c["num_hidden_layers"] - 1:
            x = F.layer_norm(x, (width,), *encoder_norm)
        hidden.append(x)
    out["hidden"] = torch.stack(hidden)
    folder = here / name
    folder.mkdir(exist_ok=True)
    normalise = c.pop("do_normalize")
    prefix = config.pop("prefix", "")
    c.pop("prefix", None)
    (folder / "config.json").write_text(json.dumps(c, indent=1) + "\n")
    (folder / "preprocessor_config.json").write_text(
        json.dumps({"do_normalize": normalise, "sampling_rate": 24000}) + "\n"
    )
    tensors = {prefix + n: t for n, t in w.items()}
    if prefix:
        tensors["quantizer.codevectors"] = torch.zeros(1, 2)
    torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    numpy.savez_compressed(
        folder / "stages.npz", **{n: t.numpy().astype(numpy.float32) for n, t in out.items()}
    )


build(
    "group",
    1,
    {
        "feat_extract_norm": "group",
        "conv_bias": False,
        "do_stable_layer_norm": False,
        "feat_proj_layer_norm": True,
        "num_conv_pos_embeddings": 4,
        "do_normalize": True,
        "prefix": "wav2vec2.",
    },
    ["weight_g", "weight_v"],
)
build(
    "layer",
    2,
    {
        "feat_extract_norm": "layer",
        "conv_bias": True,
        "do_stable_layer_norm": True,
        "feat_proj_layer_norm": False,
        "num_conv_pos_embeddings": 5,
        "do_normalize": False,
    },
    ["parametrizations.weight.original0", "parametrizations.weight.original1"],
)
