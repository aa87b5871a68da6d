#!/usr/bin/env python3
"""make-golden-metrics.py DIR: small synthetic motions and music for the tests of the metric
programs (needs NumPy).

Six dances of a few joints, coarsely quantised so that they compress well: real_0..2 (130 frames)
and made_0..2 (20 seed frames and 130 more; made_1 stands still after its seed, made_2 repeats
itself every 40 frames). music/NAME.npz has a beat every 30 frames."""

import os
import sys

import numpy as np


def rotations(v):
    """[T, J, 3] axis-angles to [T, J, 9], then rounded: not quite rotations any more, as a
    network's output."""
    t = np.linalg.norm(v, axis=-1)[..., None, None]
    k = np.zeros(v.shape[:-1] + (3, 3))
    k[..., 0, 1], k[..., 0, 2], k[..., 1, 2] = -v[..., 2], v[..., 1], -v[..., 0]
    k -= np.swapaxes(k, -1, -2)
    r = np.eye(3) + np.sinc(t / np.pi) * k + 0.5 * np.sinc(t / (2 * np.pi)) ** 2 * (k @ k)
    return np.round(r * 64) / 64


def dance(rng, frames, loop=0, still=None):
    t = np.arange(frames)[:, None]
    if loop:
        t = np.where(t < 20, t, 20 + (t - 20) % loop)
    if still is not None:
        t = np.minimum(t, still)
    v = np.zeros((frames, 24, 3))
    for j in (0, 4, 16, 18):
        v[:, j] = rng.normal(0, 0.4, 3) * np.sin(
            2 * np.pi * t / rng.uniform(30, 60) + rng.uniform(0, 6, 3)
        ) + rng.normal(0, 0.2, 3)
    path = (
        np.round(
            64 * (rng.normal(0, 0.3, 3) * np.sin(2 * np.pi * t / rng.uniform(50, 90)) + [0, 1, 0])
        )
        / 64
    )
    return np.concatenate([path, rotations(v).reshape(frames, -1)], axis=1).astype(np.float32)


def main(folder):
    rng = np.random.default_rng(1)
    os.makedirs(os.path.join(folder, 'music'), exist_ok=True)
    for name, seed, options in (
        ('real_0', 0, {}),
        ('real_1', 0, {}),
        ('real_2', 0, {}),
        ('made_0', 20, {}),
        ('made_1', 20, {'still': 19}),
        ('made_2', 20, {'loop': 40}),
    ):
        np.savez_compressed(
            os.path.join(folder, name + '.npz'),
            motion=dance(rng, 130 + seed, **options),
            fps=np.float64(60),
            seed_frames=np.int64(seed),
            genre=np.bytes_('gSY'),
            music=np.bytes_('tick'),
        )
    features = np.zeros((200, 35), np.float32)
    features[::30, 34] = 1
    np.savez_compressed(
        os.path.join(folder, 'music', 'tick.npz'),
        features=features,
        fps=np.float64(60),
        tempo=np.float64(120),
    )


if __name__ == '__main__':
    main(sys.argv[1])
