"""Small models of every predictor as files, and how a dance goes on by them, for
test/cli/golden-models.sh: networks from predictor_twins.py, banks from reference_model.py, all
computed in float64 from the files' float32 weights. Their configuration has the keys of the first
file format and each predictor's own, and says neither rate nor features.

Usage: golden_models.py FOLDER           (test/golden/predictors)
       golden_models.py --check FOLDER   whether it has what this would write, but for rounding
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import predictor_twins as twins
import torch
from reference_model import Reference
from safetensors.numpy import load_file
from safetensors.torch import save_file

PAST, FUTURE, MUSIC, D, M, GENRE = 9, 3, 13, 12, 5, 1
ITEMS, WIDTH, HEADS, MLP = 5, 6, 4, 5

COMMON = {"past": PAST, "future": FUTURE, "keep": FUTURE, "motion_dim": D}
BANKS = {
    "bank_width": WIDTH,
    "bank_heads": HEADS,
    "bank_mlp": MLP,
    "bank_layers": 1,
    "items": ITEMS,
    "latents": 3,
    "join": 0,
    "relative_root": False,
    "standardise": False,
    "logit_scale": True,
}
HEARS = {"music": MUSIC, "music_dim": M}

# Name, width, with banks, configuration, network
MODELS = [
    (
        "revolution",
        5,
        True,
        HEARS
        | {"heads": 2, "mlp": 7, "layers": [0, 1, 0], "head_dim": 2, "reach": 2, "hidden": 2}
        | {"lstm_layers": 2, "embed": 2, "skew": True, "prior": "tokens", "residual": True},
        lambda n, p, m, r: twins.revolution(n, p, None, m, r, None, False, True, True),
    ),
    (
        "phd",
        6,
        False,
        {"music": 0, "music_dim": 0, "heads": 2, "mlp": 7, "layers": [0, 0, 0], "blocks": 2}
        | {"kernel": 2, "groups": 2, "rounds": 2, "prior": "add", "residual": False},
        lambda n, p, m, r: twins.phd(n, p, None, r),
    ),
    (
        "dancenet",
        5,
        True,
        HEARS
        | {"heads": 2, "mlp": 7, "layers": [0, 1, 0], "blocks": 2, "cycle": 2, "skip": 2}
        | {"prior": "add", "residual": True},
        lambda n, p, m, r: twins.dancenet(n, p, None, m, r, None, True),
    ),
    (
        "li",
        12,
        True,
        HEARS
        | {"heads": 2, "mlp": 7, "layers": [2, 0, 0], "head_dim": 4, "bins": 2, "embed": 2}
        | {"output": 2, "audio": 2, "beat": 2, "prior": "tokens", "residual": False},
        lambda n, p, m, r: twins.li(n, p, None, m, r, None),
    ),
]


def bank_shapes(tokens):
    """Tensors of both banks' networks and the banks; tokens: numbers of a prior token."""
    size = -(-WIDTH // HEADS)
    shapes = {
        "refine.decoder.head.weight": (D, WIDTH),
        "refine.decoder.head.bias": (D,),
        "transit.decoder.head.weight": (tokens, WIDTH),
        "transit.decoder.head.bias": (tokens,),
    }
    for bank, rows in ("refine", PAST), ("transit", FUTURE):
        shapes[f"{bank}.encoder.embed.weight"] = WIDTH, D
        shapes[f"{bank}.encoder.embed.bias"] = (WIDTH,)
        shapes[f"{bank}.encoder.position"] = PAST, WIDTH
        shapes[f"{bank}.decoder.position"] = rows, WIDTH
        for part in "encoder", "decoder":
            block = f"{bank}.{part}.blocks.0"
            shapes[f"{block}.attn.qkv.weight"] = 3 * HEADS * size, WIDTH
            for layer, out, width in (
                ("attn.out", WIDTH, HEADS * size),
                ("mlp.up", MLP, WIDTH),
                ("mlp.down", WIDTH, MLP),
            ):
                shapes[f"{block}.{layer}.weight"] = out, width
                shapes[f"{block}.{layer}.bias"] = (out,)
            for norm in "attn_norm", "mlp_norm":
                shapes[f"{block}.{norm}.weight"] = shapes[f"{block}.{norm}.bias"] = (WIDTH,)
    for bank in "manifold", "past", "future":
        shapes[f"bank.{bank}"] = 2, ITEMS, WIDTH
    return shapes


def waves(name, shape):
    count = int(np.prod(shape))
    return twins.sines(count, sum(name.encode()) % 97, 0.5).reshape(shape)


def write(folder, name, width, banked, own, network):
    past, music = twins.given_input(1, 2, PAST, D), twins.given_input(3, 2, MUSIC, M)
    past, music = past.detach().float().double(), music.detach().float().double()
    net = twins.Net()
    nothing = torch.zeros(2, FUTURE, width, dtype=torch.float64)
    network(net, past, music, nothing)  # which declares its tensors
    tensors = {n: t.detach().float() for n, t in net.tensors.items()}
    if banked:
        tensors |= {n: waves(n, s).float() for n, s in bank_shapes(width).items()}
    config = COMMON | BANKS | own | {"predictor": name, "width": width}
    config |= {"refine": "bank" if banked else "none", "transit": banked}
    path = folder / f"{name}.safetensors"
    metadata = {"format": "neverstop", "kind": "model", "genres": json.dumps(["BR", "LO"])}
    save_file(tensors, path, metadata | {"config": json.dumps(config)})
    reference = Reference(path)
    genre = torch.full((2,), GENRE)
    net.tensors = {n: t.detach() for n, t in reference.weights.items()}
    prior = reference.transit(past, genre) if banked else None
    future, _ = network(net, past, music, prior if banked else nothing)
    if banked:
        future = reference.refine(torch.cat([past[:, FUTURE:], future], 1), genre)[:, -FUTURE:]
    np.savez(folder / f"{name}-seed.npz", motion=past[0].numpy().astype("f4"))
    dance = torch.cat([past, future], 1)[0].detach().numpy().astype("f4")
    np.savez(folder / f"{name}-dance.npz", motion=dance)
    if config["music"]:
        np.savez(folder / f"{name}-music.npz", features=music[0].numpy().astype("f4"))


def numbers(path):
    return load_file(path) if path.suffix == ".safetensors" else dict(np.load(path))


def differ(a, b):
    a, b = numbers(a), numbers(b)
    return a.keys() != b.keys() or any(np.abs(a[k] - b[k]).max() > 1e-6 for k in a)


def check(folder):
    with tempfile.TemporaryDirectory() as fresh:
        for model in MODELS:
            write(Path(fresh), *model)
        bad = [f.name for f in Path(fresh).iterdir() if differ(f, folder / f.name)]
    for name in bad:
        print(f"{folder / name} is not what golden_models.py writes")
    return 1 if bad else 0


def main():
    folder = Path(sys.argv[-1])
    if sys.argv[1] == "--check":
        sys.exit(check(folder))
    for model in MODELS:
        write(folder, *model)


if __name__ == "__main__":
    main()
