"""Compares eval-fid's features with a restatement of aistplusplus_api's (features_peer.py), from
joints that export-motion writes; and its scores with mint's recipe in NumPy and SciPy
(standardisation by the real set, sqrtm of the product of the covariances, mean pairwise distance),
from the features that eval-fid --features-out writes. Needs the executables in $BIN."""

import itertools
import json
import os
import tempfile

import numpy as np
from scipy.linalg import sqrtm

import features_peer
from parity_tools import Table, program, write_sequences

COUNT = 110  # more sequences than dimensions: sqrtm needs covariances of full rank


def frechet(a, b):
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(covariances[0] @ covariances[1]))
    return (
        ((a.mean(0) - b.mean(0)) ** 2).sum()
        + np.trace(covariances[0])
        + np.trace(covariances[1])
        - 2 * np.trace(root)
    )


def compare_features(table, rng, folder):
    tsv = write_sequences(folder, "few", rng, ["BR"], 2, 100, 1, 24)
    with open(tsv) as f:
        motions = [
            os.path.join(os.path.dirname(tsv), line.split("\t")[2])
            for line in f.read().splitlines()[1:]
        ]
    for version, options in (("current", []), ("first version", ["--legacy-manual"])):
        out = os.path.join(folder, "few.npz")
        program("eval-fid", "--features-out", out, *options, tsv)
        ours = np.load(out)
        for i, motion in enumerate(motions):
            joints = os.path.join(folder, "joints.npy")
            program("export-motion", "--to", "joints", "-o", joints, motion)
            p = np.load(joints).astype(np.float64)
            table.add(
                f"kinetic features, dance {i}",
                np.abs(ours["kinetic"][i] / features_peer.kinetic_features(p) - 1).max(),
                1e-5,
            )
            geometric = features_peer.geometric_features(p, legacy=bool(options))
            table.add(
                f"geometric features, {version}, dance {i}: how many differ",
                (np.abs(ours["geometric"][i] - geometric) > 1e-6).sum(),
                0,
            )


def main():
    table = Table()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="parity.") as folder:
        compare_features(table, rng, folder)
    with tempfile.TemporaryDirectory(prefix="parity.") as folder:
        features, sets = [], []
        for name, frames in (("real", 150), ("generated", 90)):
            tsv = write_sequences(folder, name, rng, ["BR"], COUNT, frames, 1, 24)
            sets.append(tsv)
            out = os.path.join(folder, name + ".npz")
            program("eval-fid", "--features-out", out, tsv)
            features.append(np.load(out))
        scores = json.loads(program("eval-fid", "--json", "--real", *sets))
        for kind in ("kinetic", "geometric"):
            real, generated = (f[kind].astype(np.float64) for f in features)
            varies = real.std(0) > 0
            mean, std = real[:, varies].mean(0), real[:, varies].std(0) + 1e-10
            real, generated = ((x[:, varies] - mean) / std for x in (real, generated))
            fid = frechet(real, generated)
            dist = np.mean([np.linalg.norm(a - b) for a, b in itertools.combinations(generated, 2)])
            table.add(
                f"FID_{kind[0]} ({varies.sum()} features)",
                abs(scores[f"fid_{kind[0]}"] / fid - 1),
                1e-5,
            )
            table.add(f"Dist_{kind[0]}", abs(scores[f"dist_{kind[0]}"] / dist - 1), 1e-5)
    table.end()


if __name__ == "__main__":
    main()
