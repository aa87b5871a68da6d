#!/usr/bin/env python3
"""Compares bin/extract-music-features with librosa itself, live, on any sound files.

usage: parity-music.py [--bin FOLDER] [--fps 60] [--start-bpm B] AUDIO_OR_FOLDER...

Needs librosa, soundfile, and soxr or resampy. The librosa that is installed decides whether it is
--compat 0.11 or 0.8 that is compared. Prints one line per file and the totals per block: largest
and mean difference of onset strength, MFCC and chroma, frames whose chroma differs by more than
1e-4, onsets and beats that only one of the two has, and the share of frames in which the two agree
about them. Exit status 1 where onsets, beats or tempo differ, onset strength by more than 1e-3 or
MFCC by more than 1e-2, or chroma in more than 1 % of the frames."""

import argparse
import os
import subprocess
import sys
import tempfile

import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'parity'))
import music_peer

ENDINGS = ('.wav', '.flac', '.ogg', '.mp3', '.aif', '.aiff', '.au')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--bin', default='bin')
    p.add_argument('--fps', type=float, default=60)
    p.add_argument('--start-bpm', type=float)
    p.add_argument('audio', nargs='+')
    a = p.parse_args()
    files = []
    for path in a.audio:
        files += (
            sorted(os.path.join(path, f) for f in os.listdir(path) if f.lower().endswith(ENDINGS))
            if os.path.isdir(path)
            else [path]
        )
    total, failures, compat = [], 0, '0.8' if music_peer.version.startswith('0.8.') else '0.11'
    print('librosa %s, --compat %s' % (music_peer.version, compat))
    print(
        '%-28s %7s %9s %9s %9s %7s %9s %9s %s'
        % ('file', 'frames', 'onset', 'mfcc', 'chroma', '>1e-4', 'onsets', 'beats', 'tempo')
    )
    for f in files:
        stem = os.path.splitext(os.path.basename(f))[0]
        with tempfile.TemporaryDirectory() as d:
            command = [
                os.path.join(a.bin, 'extract-music-features'),
                '-q',
                '-o',
                d,
                '--fps',
                repr(a.fps),
                '--compat',
                compat,
            ]
            run = subprocess.run(
                command + (['--start-bpm', repr(a.start_bpm)] if a.start_bpm else []) + [f],
                stderr=subprocess.PIPE,
                text=True,
            )
            if run.returncode:
                print('%-28s %s' % (stem, run.stderr.strip()))
                failures += 1
                continue
            ours = np.load(os.path.join(d, stem + '.npz'))
            x, tempo = ours['features'], float(ours['tempo'])
        try:
            y, peer_tempo = music_peer.features_of_file(
                f, a.fps, a.start_bpm or music_peer.start_bpm(stem)
            )
        except Exception as e:  # some sounds are too short or too quiet for it
            print('%-28s %7d librosa raises: %s' % (stem[:28], len(x), str(e).split('\n')[0]))
            continue
        if x.shape != y.shape:
            print('%-28s shapes %s and %s' % (stem, x.shape, y.shape))
            failures += 1
            continue
        e = np.abs(x - y)
        chroma = e[:, 21:33].max(axis=1)
        row = (
            len(x),
            e[:, 0].max(),
            e[:, 1:21].max(),
            chroma.max(),
            int((chroma > 1e-4).sum()),
            int(e[:, 33].sum()),
            int(y[:, 33].sum()),
            int(e[:, 34].sum()),
            int(y[:, 34].sum()),
            tempo - peer_tempo,
        )
        bad = (
            row[1] > 1e-3
            or row[2] > 1e-2
            or row[4] > 0.01 * len(x)
            or row[5]
            or row[7]
            or abs(row[9]) > 1e-6
        )
        failures += bool(bad)
        print(
            '%-28s %7d %9.1e %9.1e %9.1e %7d %4d/%-4d %4d/%-4d %g%s'
            % ((stem[:28],) + row + ('  <-' if bad else '',))
        )
        total.append((row, e[:, 0].mean(), e[:, 1:21].mean(), e[:, 21:33].mean()))
    if total:
        rows = np.array([t[0] for t in total], float)
        weights = rows[:, 0] / rows[:, 0].sum()
        print('\n%d files, %d frames     largest      mean' % (len(total), rows[:, 0].sum()))
        for i, name in enumerate(('onset strength', 'mfcc', 'chroma')):
            print(
                '%-22s %9.1e %9.1e'
                % (name, rows[:, 1 + i].max(), np.dot(weights, [t[1 + i] for t in total]))
            )
        print('chroma frames > 1e-4   %d of %d' % (rows[:, 4].sum(), rows[:, 0].sum()))
        print(
            'onsets that differ     %d of %d\nbeats that differ      %d of %d'
            % tuple(rows[:, k].sum() for k in (5, 6, 7, 8))
        )
        for name, k in (('onset', 5), ('beat', 7)):
            print(
                '%-22s %.3f %%'
                % (name + ' agreement', 100 * (1 - rows[:, k].sum() / rows[:, 0].sum()))
            )
        print('tempi that differ      %d of %d' % ((np.abs(rows[:, 9]) > 1e-6).sum(), len(rows)))
    sys.exit(1 if failures else 0)


main()
