"""What the parity programs share: a data set that they make themselves, the C programs, and the
table of results."""

import os
import subprocess
import sys

import numpy as np

MUSIC_DIM = 35


class Table:
    """One aligned line per check."""

    def __init__(self):
        self.failed = self.count = 0
        print(f"{'check':<58} {'error':>9} {'tolerance':>9}")

    def add(self, what, error, tolerance):
        good = bool(error <= tolerance)  # NaN fails
        self.count += 1
        self.failed += not good
        print(
            f"{what:<58} {error:>9.1e} {tolerance:>9.1e}  {'PASS' if good else 'FAIL'}", flush=True
        )

    def end(self):
        print(f"{self.count - self.failed} of {self.count} checks passed")
        sys.exit(1 if self.failed else 0)


def program(name, *args):
    """Runs one of the C programs and returns its standard output."""
    path = os.path.join(os.environ.get("BIN", "bin"), name)
    done = subprocess.run([path, "-q", "-j1", *map(str, args)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(
            f"{name} {' '.join(map(str, args))}\n"
            f"exit status {done.returncode}: {done.stderr.strip()}"
        )
    return done.stdout


def smooth_noise(rng, frames, columns, slowest=240.0):
    """Sums of a few slow sines with random phases, [frames, columns]."""
    t = np.arange(frames)[:, None]
    total = np.zeros((frames, columns))
    for k in range(1, 6):
        period = slowest / k * rng.uniform(0.7, 1.3, columns)
        total += rng.normal(0, 1 / k, columns) * np.sin(
            2 * np.pi * (t / period + rng.uniform(0, 1, columns))
        )
    return total


def rotations(vectors):
    """Rodrigues' formula: axis-angle [..., 3] to matrices [..., 3, 3]."""
    angle = np.linalg.norm(vectors, axis=-1)[..., None, None]
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    k = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], -1).reshape(*x.shape, 3, 3)
    sinc = np.sinc(angle / np.pi)
    half = 0.5 * np.sinc(angle / (2 * np.pi)) ** 2
    return np.eye(3) + sinc * k + half * (k @ k)


def make_motion(rng, frames, joints):
    """A body that turns all its joints and wanders about the floor, [frames, 3 + 9 joints]
    float32."""
    walk = smooth_noise(rng, frames, 3) * [1.0, 0.05, 1.0] + [
        rng.uniform(-3, 3),
        1.0,
        rng.uniform(-3, 3),
    ]
    turns = rotations(0.5 * smooth_noise(rng, frames, 3 * joints).reshape(frames, joints, 3))
    return np.concatenate([walk, turns.reshape(frames, -1)], axis=1).astype(np.float32)


def make_music(rng, frames):
    """Music features in the ranges that real ones have."""
    x = smooth_noise(rng, frames, MUSIC_DIM, slowest=60.0)
    x[:, 1:21] *= 20
    x[:, 33:] = rng.random((frames, 2)) < 0.05
    return x.astype(np.float32)


def write_sequences(folder, name, rng, genres, count, frames, music_frames, joints):
    """A data set of `count` sequences for each genre; returns the path of its .tsv."""
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    rows = ["name\tgenre\tmotion\tmusic"]
    for genre in genres:
        for i in range(count):
            stem = f"{name}/{genre}{i}"
            np.savez(
                os.path.join(folder, stem + ".npz"),
                motion=make_motion(rng, frames, joints),
                fps=np.float64(60),
                seed_frames=np.int64(0),
                genre=np.bytes_(genre),
                music=np.bytes_(b""),
            )
            np.savez(
                os.path.join(folder, stem + "-music.npz"),
                features=make_music(rng, music_frames),
                fps=np.float64(60),
                tempo=np.float64(120),
            )
            rows.append(f"{genre}{i}\t{genre}\t{stem}.npz\t{stem}-music.npz")
    path = os.path.join(folder, name + ".tsv")
    with open(path, "w") as f:
        f.write("\n".join(rows) + "\n")
    return path


def read_sequences(tsv, genres):
    """All of a data set: motion [S, T, D], music [S, M, 35], genre numbers [S]."""
    folder = os.path.dirname(tsv)
    motion, music, number = [], [], []
    with open(tsv) as f:
        for line in f.read().splitlines()[1:]:
            _, genre, motion_path, music_path = line.split("\t")
            motion.append(np.load(os.path.join(folder, motion_path))["motion"])
            music.append(np.load(os.path.join(folder, music_path))["features"])
            number.append(genres.index(genre))
    return np.stack(motion), np.stack(music), np.array(number)
