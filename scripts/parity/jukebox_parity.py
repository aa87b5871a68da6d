"""Compares encode-music with OpenAI's Jukebox (jukebox_peer.py): every stage of the first window of
a sound, for small models of random weights. Needs the executables in $BIN (default bin/)."""

import contextlib
import os
import sys
import tempfile
import warnings

import numpy as np
import soundfile
from parity_tools import Table, program

warnings.filterwarnings("ignore", category=FutureWarning)
with contextlib.redirect_stdout(sys.stderr):
    import jukebox_peer

SMALL = {
    "width": 4,
    "depth": 2,
    "emb_width": 8,
    "l_bins": 24,
    "n_ctx": 64,
    "blocks": 8,
    "prior_width": 32,
    "prior_depth": 4,
    "heads": 2,
    "y_bins": (6, 9),
    "t_bins": 16,
}
# name, what differs, samples
MODELS = (
    ("narrow", {}, 63 * jukebox_peer.HOP + 127),
    ("deeper VQ-VAE, longer context", {"depth": 3, "n_ctx": 96, "prior_width": 48}, 9000),
    ("one head, seven layers", {"heads": 1, "prior_depth": 7, "blocks": 4}, 5000),
)
DEVIATION = 0.3
TOLERANCE = 1e-5


def error(x, y):
    y = np.asarray(y, np.float64)
    return np.abs(x - y).max() / np.sqrt((y * y).mean()) if x.shape == y.shape else np.inf


def compare(table, name, sizes, samples, seed):
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(sys.stderr):
            model = jukebox_peer.Jukebox(SMALL | sizes, seed, DEVIATION)
        x = np.random.default_rng(seed).standard_normal(samples).astype(np.float32) / 8
        expected = model.stages(x)
        model.save(folder)
        song, out, stages = (os.path.join(folder, f) for f in ("song.wav", "out.npz", "s.npz"))
        soundfile.write(song, x, 44100, subtype="FLOAT")
        last = (SMALL | sizes)["prior_depth"]
        program(
            "encode-music",
            "--model",
            folder,
            "--layer",
            last,
            "--native",
            "--stages-out",
            stages,
            "-o",
            out,
            song,
        )
        made = np.load(stages)
        table.add(f"Jukebox, {name}: codes", (made["codes"] != expected["codes"]).sum(), 0)
        worst = {k: error(made[k], expected[k]) for k in expected if k != "codes"}
        key = max(worst, key=worst.get)
        table.add(f"Jukebox, {name}: worst of {len(worst)} stages ({key})", worst[key], TOLERANCE)


def main():
    table = Table()
    for seed, (name, sizes, samples) in enumerate(MODELS):
        compare(table, name, sizes, samples, 10 * seed + 5)
    table.end()


if __name__ == "__main__":
    main()
