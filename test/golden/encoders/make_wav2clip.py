"""Writes wav2clip/: a tiny Wav2CLIP (scripts/parity/encoder_peer.py's, one channel in the first) under the
names of package wav2clip; every stage of three pieces' way through it in float64 (pieces.npz), and
some of the same sound's as one piece (whole.npz): python3 test/golden/encoders/make_wav2clip.py"""

import math
import pathlib
import sys

import numpy
import torch

root = pathlib.Path(__file__).parents[3]
sys.path.append(str(root / "scripts/parity"))
from encoder_peer import Wav2clipModel

folder = pathlib.Path(__file__).parent / "wav2clip"
WIDTH, PIECE, SAMPLES = 1, 512, 2900


def main():
    g = torch.Generator().manual_seed(12)
    model = Wav2clipModel(WIDTH).eval()
    state = model.state_dict()
    for name, p in state.items():
        x = torch.randn(p.shape, generator=g)
        if "running_var" in name:
            x = 1 + 0.3 * x.clamp(-2, 2)
        elif p.dim() > 1:
            x = x * 1.4 / math.sqrt(p[0].numel())
        elif p.dim() == 1:
            x = x * 0.2 + (1 if "bn" in name and "weight" in name else 0)
        state[name] = x.half() if p.is_floating_point() else p
    model.load_state_dict({k: v.float() for k, v in state.items()})
    t = torch.arange(SAMPLES) / 15360
    sound = 0.3 * torch.sin(2 * math.pi * (200 + 40000 * t) * t)
    noise = torch.where((t * 30).int() % 2 == 1, 0.3, 0.001)  # in every other piece
    sound = (sound + noise * torch.randn(sound.shape, generator=g)).float()
    frames = sound[: 3 * PIECE].reshape(3, PIECE)
    model.double()
    with torch.no_grad():
        pieces = model(frames.double())
        whole = model(sound.double()[None])
    folder.mkdir(exist_ok=True)
    state["audio_encoder.spectrogram.window"] = torch.hann_window(512)
    state["image_transform.sequential.0.weight"] = torch.zeros(2, 2)
    torch.save(dict(state), folder / "Wav2CLIP.pt", _use_new_zipfile_serialization=False)
    for name, out in (("pieces", pieces), ("whole", whole)):
        kept = {
            k: v.numpy().astype(numpy.float32)
            for k, v in out.items()
            if name == "pieces" or k in ("layer1", "layer2", "pooled", "embedding")
        }
        if name == "whole":
            kept["samples"] = sound.numpy()
        numpy.savez_compressed(folder / f"{name}.npz", **kept)


main()
