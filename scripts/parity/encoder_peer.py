"""Encoders of music as their own libraries compute them, with random weights: checkpoints' folders
as they are published, and what to compare encode-music with. CLAP is transformers' (its feature
extractor and its audio tower); Wav2CLIP is package wav2clip's network on torch.nn, because the
package itself asks for a librosa and a torchaudio of its time."""

import json
import math
import os

import numpy as np
import torch
from torch import nn

CLAP_SIZES = {
    'htsat': {},
    'larger': {
        'patch_embeds_hidden_size': 128,
        'hidden_size': 1024,
        'depths': [2, 2, 12, 2],
    },
    'narrow': {
        'patch_embeds_hidden_size': 16,
        'hidden_size': 128,
        'depths': [2, 2, 2, 2],
        'num_attention_heads': [1, 2, 4, 8],
        'projection_dim': 24,
    },
}


def write_json(folder, name, values):
    with open(os.path.join(folder, name), 'w') as f:
        json.dump(values, f)


def disturb(model, seed):
    """Random numbers of useful sizes; nothing that is learnt or measured stays 0 or 1."""
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in [*model.named_parameters(), *model.named_buffers()]:
            if not p.is_floating_point():
                continue
            x = torch.randn(p.shape, generator=g)
            if 'running_var' in name:
                p.copy_(1 + 0.2 * x.clamp(-2, 2))
            elif p.dim() > 1 and 'table' not in name:
                p.copy_(x * 1.2 / math.sqrt(p[0].numel()))
            else:
                p.copy_(0.2 * x + (1 if 'norm' in name and 'weight' in name else 0))
    return model


class Clap:
    """A folder with a random model of that size, and the model."""

    def __init__(self, folder, size, seed=1):
        from transformers import ClapAudioConfig, ClapAudioModelWithProjection, ClapFeatureExtractor

        os.makedirs(folder, exist_ok=True)
        config = ClapAudioConfig(**CLAP_SIZES[size])
        self.model = disturb(ClapAudioModelWithProjection(config), seed).eval()
        norm = self.model.audio_model.audio_encoder.batch_norm  # of decibels
        norm.running_mean.sub_(40)
        norm.running_var.mul_(200)
        self.extractor = ClapFeatureExtractor(
            feature_size=64, frequency_min=50, truncation='rand_trunc', padding='repeatpad'
        )
        torch.save(self.model.state_dict(), os.path.join(folder, 'pytorch_model.bin'))
        write_json(folder, 'config.json', {'model_type': 'clap', 'audio_config': CLAP_SIZES[size]})
        front = {
            k: v
            for k, v in self.extractor.to_dict().items()
            if isinstance(v, (int, float, str, type(None)))
        }
        write_json(folder, 'preprocessor_config.json', front)

    def mel(self, windows):
        return self.extractor(windows, sampling_rate=48000, return_tensors='pt').input_features

    def embed(self, windows):
        """Vectors of windows of ten seconds, of length 1."""
        with torch.inference_mode():
            out = self.model(input_features=self.mel(windows)).audio_embeds
            return nn.functional.normalize(out).numpy()

    def frames(self, windows):
        """The last stage's steps of time of each window."""
        with torch.inference_mode():
            out = self.model(input_features=self.mel(windows)).last_hidden_state
            return out.mean(2).transpose(1, 2).numpy()


class Block(nn.Module):
    def __init__(self, a, b, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.conv2 = nn.Conv2d(b, b, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.downsample = None
        if a != b:
            self.downsample = nn.Sequential(
                nn.Conv2d(a, b, 1, stride, bias=False), nn.BatchNorm2d(b)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class Wav2clipModel(nn.Module):
    def __init__(self, width):
        super().__init__()
        e = self.audio_encoder = nn.Module()
        e.conv1 = nn.Conv2d(1, width, 7, 2, 3, bias=False)
        e.bn1 = nn.BatchNorm2d(width)
        for i in range(4):
            a, b = width * 2 ** max(0, i - 1), width * 2**i
            setattr(e, f'layer{i + 1}', nn.Sequential(Block(a, b, 2 if i else 1), Block(b, b, 1)))
        d = 8 * width
        self.audio_transform = nn.Module()
        self.audio_transform.sequential = nn.Sequential(
            nn.Linear(d, d), nn.ReLU(), nn.Dropout(0.1), nn.Linear(d, d)
        )

    def forward(self, pieces):
        """[n, samples] -> every stage."""
        e, out = self.audio_encoder, {'frames': pieces}
        window = torch.hann_window(512, dtype=pieces.dtype)
        z = torch.stft(
            pieces, 512, 353, window=window, center=True, pad_mode='reflect', return_complex=True
        )
        x = out['log_power'] = torch.log(z.abs() ** 2 + 1e-7)
        x = out['standardised'] = (x - x.mean()) / (x.std() + 1e-9)
        x = torch.relu(e.bn1(e.conv1(x[:, None])))
        x = out['stem'] = torch.max_pool2d(x, 3, 2, 1)
        for i in range(1, 5):
            x = out[f'layer{i}'] = getattr(e, f'layer{i}')(x)
        x = out['pooled'] = x.mean((2, 3))
        out['embedding'] = self.audio_transform.sequential(x)
        return out


class Wav2clip:
    """A folder with a random Wav2CLIP.pt, and its model."""

    def __init__(self, folder, width=64, seed=1):
        os.makedirs(folder, exist_ok=True)
        self.model = disturb(Wav2clipModel(width), seed).eval()
        torch.save(self.model.state_dict(), os.path.join(folder, 'Wav2CLIP.pt'))

    def stages(self, pieces, dtype=torch.float32):
        with torch.inference_mode():
            out = self.model.to(dtype)(torch.from_numpy(np.ascontiguousarray(pieces)).to(dtype))
        return {k: v.numpy() for k, v in out.items()}


def sound(rate, seconds, seed=1):
    """Notes with overtones, a beat, noise: float32 in -1 ... 1."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(rate * seconds)) / rate
    x = 0.02 * rng.standard_normal(len(t))
    for k, note in enumerate(rng.integers(0, 24, int(4 * seconds) + 1)):
        since = t - k / 4
        on = (since >= 0) & (since < 1)
        pitch = 110 * 2 ** (note / 12)
        for overtone in range(1, 6):
            wave = np.sin(2 * np.pi * pitch * overtone * since[on])
            x[on] += 0.15 / overtone * np.exp(-4 * since[on]) * wave
    return np.clip(x, -1, 1).astype(np.float32)
