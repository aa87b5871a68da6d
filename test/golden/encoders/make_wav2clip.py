"""Writes wav2clip/: a tiny Wav2CLIP (torch.nn's own layers, one channel in the first) under the
names of package wav2clip; every stage of three pieces' way through it in float64 (pieces.npz), and
some of the same sound's as one piece (whole.npz): python3 test/golden/encoders/make_wav2clip.py"""
import math
import pathlib

import numpy
import torch
from torch import nn

folder = pathlib.Path(__file__).parent / "wav2clip"
WIDTH, PIECE, SAMPLES = 1, 512, 2900


class Block(nn.Module):
    def __init__(self, a, b, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.downsample = None
        if a != b:
            self.downsample = nn.Sequential(nn.Conv2d(a, b, 1, stride, bias=False),
                                            nn.BatchNorm2d(b))

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        e = self.audio_encoder = nn.Module()
        e.conv1 = nn.Conv2d(1, WIDTH, 7, 2, 3, bias=False)
        e.bn1 = nn.BatchNorm2d(WIDTH)
        for i in range(4):
            a, b = WIDTH * 2 ** max(0, i - 1), WIDTH * 2 ** i
            setattr(e, f"layer{i + 1}", nn.Sequential(Block(a, b, 2 if i else 1), Block(b, b, 1)))
        d = 8 * WIDTH
        self.audio_transform = nn.Module()
        self.audio_transform.sequential = nn.Sequential(nn.Linear(d, d), nn.ReLU(), nn.Dropout(0.1),
                                                        nn.Linear(d, d))

    def forward(self, frames):
        e, out = self.audio_encoder, {"frames": frames}
        z = torch.stft(frames, 512, 353, window=torch.hann_window(512, dtype=torch.float64),
                       center=True, pad_mode="reflect", return_complex=True)
        x = out["log_power"] = torch.log(z.abs() ** 2 + 1e-7)
        x = out["standardised"] = (x - x.mean()) / (x.std() + 1e-9)
        x = torch.relu(e.bn1(e.conv1(x[:, None])))
        x = out["stem"] = torch.max_pool2d(x, 3, 2, 1)
        for i in range(1, 5):
            x = out[f"layer{i}"] = getattr(e, f"layer{i}")(x)
        x = out["pooled"] = x.mean((2, 3))
        out["embedding"] = self.audio_transform.sequential(x)
        return out


def main():
    g = torch.Generator().manual_seed(12)
    model = Model().eval()
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
    frames = sound[:3 * PIECE].reshape(3, PIECE)
    model.double()
    with torch.no_grad():
        pieces = model(frames.double())
        whole = model(sound.double()[None])
    folder.mkdir(exist_ok=True)
    state["audio_encoder.spectrogram.window"] = torch.hann_window(512)
    state["image_transform.sequential.0.weight"] = torch.zeros(2, 2)
    torch.save(dict(state), folder / "Wav2CLIP.pt", _use_new_zipfile_serialization=False)
    for name, out in (("pieces", pieces), ("whole", whole)):
        kept = {k: v.numpy().astype(numpy.float32) for k, v in out.items()
                if name == "pieces" or k in ("layer1", "layer2", "pooled", "embedding")}
        if name == "whole":
            kept["samples"] = sound.numpy()
        numpy.savez_compressed(folder / f"{name}.npz", **kept)



main()
