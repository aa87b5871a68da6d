#!/usr/bin/env python3
"""How much librosa's version changes the music features: a table with a row per block of columns,
of --compat 0.8 against 0.11.

usage: compare-music-features.py [--bin FOLDER] AUDIO_OR_FOLDER...

Runs extract-music-features both ways; needs NumPy. For numbers: largest and mean difference, beside
the mean magnitude with 0.11. For onsets and beats: how many either version has, and how many of
them both have (at the same frame).
"""

import argparse
import glob
import os
import subprocess
import tempfile

import numpy as np

BLOCKS = (('onset strength', 0, 1), ('MFCC 0', 1, 2), ('MFCC 1-19', 2, 21), ('chroma', 21, 33))


def features(program, compat, sounds):
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(
            [program, '-q', '--compat', compat, '-o', d, *sounds],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        loaded = [np.load(f) for f in sorted(glob.glob(os.path.join(d, '*.npz')))]
        tempi = np.array([float(f['tempo']) for f in loaded])
        return [f['features'].astype(float) for f in loaded], tempi


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--bin', default='bin')
    p.add_argument('audio', nargs='+')
    a = p.parse_args()
    program = os.path.join(a.bin, 'extract-music-features')
    new, new_tempo = features(program, '0.11', a.audio)
    old, old_tempo = features(program, '0.8', a.audio)
    x, y = np.concatenate(new), np.concatenate(old)
    print('%d sounds, %d frames\n' % (len(new), len(x)))
    print('| columns | largest difference | mean difference | mean magnitude |')
    print('|---|---:|---:|---:|')
    for name, first, end in BLOCKS:
        d = np.abs(x - y)[:, first:end]
        magnitude = np.abs(x[:, first:end]).mean()
        print('| %s | %.3g | %.2g | %.3g |' % (name, d.max(), d.mean(), magnitude))
    print('\n| marks | 0.11 | 0.8 | both |\n|---|---:|---:|---:|')
    for name, k in (('onsets', 33), ('beats', 34)):
        both = (x[:, k] * y[:, k]).sum()
        print('| %s | %d | %d | %d |' % (name, x[:, k].sum(), y[:, k].sum(), both))
    differ = (np.abs(new_tempo - old_tempo) > 1e-6).sum()
    print('\ntempi that differ: %d of %d' % (differ, len(new_tempo)))


main()
