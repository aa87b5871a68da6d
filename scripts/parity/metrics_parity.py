"""Compares eval-fid with mint's recipe in NumPy and SciPy (standardisation by the real set, sqrtm of the product of the
covariances, mean pairwise distance), from the features that eval-fid --features-out writes. Needs the executables in $BIN."""
import itertools
import json
import os
import tempfile

import numpy as np
from scipy.linalg import sqrtm

from parity_tools import Table, program, write_sequences

COUNT = 110  # more sequences than dimensions: sqrtm needs covariances of full rank


def frechet(a, b):
    covariances = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = np.real(sqrtm(covariances[0] @ covariances[1]))
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.trace(root)


def main():
    table = Table()
    rng = np.random.default_rng(7)
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
            table.add(f"FID_{kind[0]} ({varies.sum()} features)", abs(scores[f"fid_{kind[0]}"] / fid - 1), 1e-5)
            table.add(f"Dist_{kind[0]}", abs(scores[f"dist_{kind[0]}"] / dist - 1), 1e-5)
    table.end()


if __name__ == "__main__":
    main()
