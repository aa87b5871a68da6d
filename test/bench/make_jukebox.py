"""A checkpoint of the published Jukebox's names, shapes and format, of random numbers and as many
blocks of the prior as are asked for, to measure with: 0.3 GB and 0.14 GB for each block; --zeros:
all numbers are zero, and the files are sparse.

    python3 test/bench/make_jukebox.py FOLDER BLOCKS [--zeros]
    bin/encode-music --model FOLDER --preset edge --precision bf16 -o out songs  (or --dry-run)

The format is written here, because PyTorch would need the memory for all of it."""

import collections
import json
import os
import pickle
import struct
import sys

import numpy
import torch

WIDTH, ATTENTION, CODES, CONTEXT = 4800, 1200, 2048, 8192
NOISE = numpy.random.default_rng(0).standard_normal(1 << 22).astype("f4")


class Storage:
    def __init__(self, key, kind, count):
        self.key, self.kind, self.count = key, kind, count


class Tensor:
    """What PyTorch before 1.6 writes of a tensor, without its numbers."""

    made = 0

    def __init__(self, kind, *shape, centre=0.0):
        Tensor.made += 1
        self.shape, self.centre, self.number = shape, centre, Tensor.made
        self.storage = Storage(str(Tensor.made), kind, int(numpy.prod(shape)))

    def __reduce_ex__(self, protocol):
        stride, step = [], 1
        for n in reversed(self.shape):
            stride.insert(0, step)
            step *= n
        return torch._utils._rebuild_tensor_v2, (
            self.storage,
            0,
            self.shape,
            tuple(stride),
            False,
            collections.OrderedDict(),
        )

    def numbers(self):
        scale = 0.02 if len(self.shape) > 1 else 0.1
        x = self.centre + scale * numpy.resize(
            numpy.roll(NOISE, 7919 * self.number), self.storage.count
        )
        return x.astype("<f2" if self.storage.kind is torch.HalfStorage else "<f4").tobytes()


class Pickler(pickle._Pickler):
    def persistent_id(self, obj):
        return (
            ("storage", obj.kind, obj.key, "cpu", obj.count, None)
            if isinstance(obj, Storage)
            else None
        )


def save(path, tensors, zeros):
    with open(path, "wb") as f:
        machine = {
            "protocol_version": 1001,
            "little_endian": True,
            "type_sizes": {"short": 2, "int": 4, "long": 4},
        }
        for x in (0x1950A86A20F9469CFC6C, 1001, machine):
            pickle.dump(x, f, protocol=2)
        Pickler(f, 2).dump({"model": tensors, "step": 1})
        pickle.dump([t.storage.key for t in tensors.values()], f, protocol=2)
        for t in tensors.values():
            f.write(struct.pack("<q", t.storage.count))
            if zeros:
                f.seek(t.storage.count * (2 if t.storage.kind is torch.HalfStorage else 4), 1)
            else:
                f.write(t.numbers())
        f.truncate(f.tell())


def vqvae():
    full, w = torch.FloatStorage, {}

    def conv(name, out, n, taps):
        w[name + ".weight"], w[name + ".bias"] = Tensor(full, out, n, taps), Tensor(full, out)

    for b, halvings in enumerate((3, 2, 2)):
        base = f"encoders.2.level_blocks.{b}.model."
        for i in range(halvings):
            first = 64 if b else 1
            conv(f"{base}{i}.0", 32, 32 if i else first, 4)
            for d in range(4):
                conv(f"{base}{i}.1.model.{d}.model.1", 32, 32, 3)
                conv(f"{base}{i}.1.model.{d}.model.3", 32, 32, 1)
        conv(f"{base}{halvings}", 64, 32, 3)
    w["bottleneck.level_blocks.2.k"] = Tensor(full, CODES, 64)
    return w


def prior(blocks):
    full, half = torch.FloatStorage, torch.HalfStorage
    rows = {
        "y_emb.bow_genre_emb.emb.weight": 120,
        "y_emb.artist_emb.emb.weight": 4111,
        "y_emb.total_length_emb.emb.weight": 128,
        "y_emb.absolute_pos_emb.emb.weight": 128,
        "y_emb.relative_pos_emb.emb.weight": 128,
        "prior.x_emb.weight": CODES,
        "prior.pos_emb.pos_emb": CONTEXT,
        "prior.x_out.weight": CODES,
    }
    w = {name: Tensor(full, n, WIDTH) for name, n in rows.items()}
    linear = {
        "attn.c_attn": (WIDTH, 3 * ATTENTION),
        "attn.c_proj": (ATTENTION, WIDTH),
        "mlp.c_fc": (WIDTH, WIDTH),
        "mlp.c_proj": (WIDTH, WIDTH),
    }
    for i in range(blocks):
        base = f"prior.transformer._attn_mods.{i}."
        for name, shape in linear.items():
            w[f"{base}{name}.w"], w[f"{base}{name}.b"] = Tensor(half, *shape), Tensor(
                full, shape[1]
            )
        for name in ("ln_0", "ln_1"):
            w[f"{base}{name}.weight"], w[f"{base}{name}.bias"] = Tensor(
                full, WIDTH, centre=1.0
            ), Tensor(full, WIDTH)
    return w


def main():
    folder, blocks, zeros = sys.argv[1], int(sys.argv[2]), "--zeros" in sys.argv[3:]
    os.makedirs(folder, exist_ok=True)
    save(os.path.join(folder, "vqvae.pth.tar"), vqvae(), zeros)
    save(os.path.join(folder, "prior_level_2.pth.tar"), prior(blocks), zeros)
    with open(os.path.join(folder, "config.json"), "w") as f:
        json.dump({"model_type": "jukebox", "prior_depth": blocks}, f)


main()
