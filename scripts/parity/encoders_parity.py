"""Compares encode-music with the encoders' own libraries on random models (encoder_peer.py): CLAP
with transformers, vectors of a song's windows and the frame map; Wav2CLIP, every stage, with its
network on torch.nn in float64. Errors are the largest difference by the root mean square. Needs the
executables in $BIN."""

import os
import tempfile

import numpy as np
import soundfile
import torch

import encoder_peer
from parity_tools import Table, program


def error(x, y):
    y = np.asarray(y, np.float64)
    return np.abs(x - y).max() / np.sqrt((y * y).mean()) if x.shape == y.shape else np.inf


def encode(folder, x, rate, *options):
    """Features at the encoder's own rate, and the stages of the first window."""
    song, out, stages = (os.path.join(folder, f) for f in ('song.wav', 'out.npz', 'stages.npz'))
    soundfile.write(song, x, rate, subtype='FLOAT')
    program(
        'encode-music',
        '--model',
        folder,
        '--native',
        '--stages-out',
        stages,
        '-o',
        out,
        *options,
        song,
    )
    return np.load(out)['features'], np.load(stages)


def compare_clap(table, work):
    folder = os.path.join(work, 'clap')
    clap = encoder_peer.Clap(folder, 'narrow')
    x = encoder_peer.sound(48000, 23)
    windows = [x[:480000], x[480000:960000], x[-480000:]]  # the last ends with the song
    vectors, stages = encode(folder, x, 48000)
    table.add('CLAP: mel spectrogram', error(stages['mel'], clap.mel(windows[:1])[0, 0]), 1e-5)
    table.add('CLAP: vectors of three windows', error(vectors, clap.embed(windows)), 3e-5)
    short, _ = encode(folder, x[:100000], 48000)
    table.add('CLAP: a short song, repeated', error(short, clap.embed([x[:100000]])), 3e-5)
    frames, _ = encode(folder, x[:480000], 48000, '--output-of', 'frames')
    table.add('CLAP: frame map', error(frames, clap.frames(windows[:1])[0]), 3e-5)


def compare_wav2clip(table, work):
    folder = os.path.join(work, 'wav2clip')
    wav2clip = encoder_peer.Wav2clip(folder, width=16)
    x = encoder_peer.sound(15360, 1.5)
    vectors, stages = encode(folder, x, 15360, '--preset', 'gcdance')
    expected = wav2clip.stages(x.reshape(-1, 512), torch.float64)
    for name, value in expected.items():
        table.add(f'Wav2CLIP, preset gcdance: {name}', error(stages[name], value), 1e-5)
    table.add('Wav2CLIP: 30 vectors a second', error(vectors, expected['embedding']), 1e-5)
    whole, _ = encode(folder, x, 16000, '--window', '0')
    table.add(
        'Wav2CLIP: a song as one piece',
        error(whole, wav2clip.stages(x[None], torch.float64)['embedding']),
        1e-5,
    )


def main():
    table = Table()
    with tempfile.TemporaryDirectory() as work:
        compare_clap(table, work)
        compare_wav2clip(table, work)
    table.end()


if __name__ == '__main__':
    main()
