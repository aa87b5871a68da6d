"""Writes jukebox/: a tiny VQ-VAE encoder and a tiny prior, and what OpenAI's code makes of a sound
with them (scripts/parity/jukebox_peer.py, which needs jukebox-infer and torch):
python3 test/golden/encoders/make_jukebox.py [FOLDER]"""

import pathlib
import sys

import numpy

root = pathlib.Path(__file__).parents[3]
sys.path.insert(0, str(root / "scripts/parity"))
import jukebox_peer  # noqa: E402

SIZES = {
    "width": 2,
    "depth": 2,
    "emb_width": 4,
    "l_bins": 8,
    "n_ctx": 24,
    "blocks": 4,
    "prior_width": 16,
    "prior_depth": 4,
    "heads": 2,
    "y_bins": (3, 4),
    "t_bins": 8,
}


def sound(n):
    """Noise that C makes, too, to the last bit."""
    i = numpy.arange(n, dtype=numpy.int64)
    return (((i * i * 31 + i * 17) % 255 - 127) / 256).astype(numpy.float32)


folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).parent
folder = folder / "jukebox"
folder.mkdir(exist_ok=True)
model = jukebox_peer.Jukebox(SIZES)
stages = model.stages(sound(20 * jukebox_peer.HOP + 77))
model.save(folder)
numpy.savez_compressed(folder / "stages.npz", **stages)
print(stages["codes"])
