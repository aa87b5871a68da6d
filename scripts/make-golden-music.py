#!/usr/bin/env python3
"""Writes test/golden/music/*.npz: what librosa computes from the synthetic signals of
test/features/signals.h.

usage: make-golden-music.py [OUTPUT_FOLDER]

Made with librosa 0.11.0, NumPy 2.4.6, SciPy 1.17.1, soxr 1.1.0; librosa08.npz, which this script
writes where it finds librosa 0.8, with librosa 0.8.1, NumPy 1.20.3, SciPy 1.6.3, numba 0.53.1,
resampy 0.2.2. Nothing here comes from a recording.
song.npz    6 s of chords, noise and clicks at 22050 Hz: features at 60 and 30 fps, and its stages
            (some only every so many frames)
fast.npz    its first 2 s at 120 fps, where the constant-Q transform halves the rate before it
            begins
short.npz   noise of 1 .. 3000 samples at 30720 Hz: features
tones.npz   detuned tones, and mixtures of tones at random: the estimated tuning
rhythm.npz  envelopes at random: onsets, beats, tempo
librosa08.npz  features of the song and of noise; beats and tempo of the same envelopes
"""

import os
import sys
import warnings

import librosa
import numpy as np

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'parity'))
from music_peer import features

warnings.simplefilter('ignore')
STEP, OFFSET = 1664525, 1013904223  # Numerical Recipes' linear congruential generator


class Noise:
    def __init__(self, seed):
        self.state = seed

    def __call__(self):
        self.state = (self.state * STEP + OFFSET) % 2**32
        return (self.state >> 16) / 32768 - 1


def quantised(x):
    return (np.floor(np.clip(x, -1, 0.9999) * 32768 + 0.5) / 32768).astype(np.float32)


def song(rate, seconds):
    chords = [(220.0, 261.6, 329.6), (174.6, 220.0, 261.6), (196.0, 246.9, 293.7)]
    noise, x = Noise(1), []
    for i in range(int(rate * seconds)):
        t = i / rate
        beat = t % 0.5
        v = 0.01 * noise()
        for f in chords[int(t / 2) % 3]:
            v += 0.2 * np.sin(2 * np.pi * 1.007 * f * t) * np.exp(-3 * beat)
        if beat < 0.003:
            v += 0.5 * noise()
        x.append(v)
    return quantised(np.array(x))


def white(seed, n):
    noise = Noise(seed)
    return quantised(np.array([0.3 * noise() for _ in range(n)]))


def tone(frequency, rate, n):
    return quantised(0.5 * np.sin(2 * np.pi * frequency * np.arange(n) / rate))


def mixture(seed, rate, n):
    """Eight tones at random over noise."""
    noise = Noise(seed)
    tones = [(2250 + 2150 * noise(), 0.06 * (1.05 + noise())) for _ in range(8)]
    return quantised(
        np.array(
            [
                sum(a * np.sin(2 * np.pi * f * i / rate) for f, a in tones) + 0.03 * noise()
                for i in range(n)
            ]
        )
    )


def random_envelope(case):
    """5 + 17 case frames: cubes of noise where it is positive, in every other case with a swell
    every 20 + case frames."""
    noise, x = Noise(1000 + case), []
    for t in range(5 + 17 * case):
        u = noise()
        v = u * u * u * 5 if u > 0 else 0
        x.append(v + 2 if case % 2 and t % (20 + case) == 7 else v)
    return np.array(x, np.float32)


def beat_stages(envelope, sr, bpm):
    from librosa import beat

    period = np.round(np.atleast_1d(float(sr) / 512 * 60.0 / bpm))
    normalised = getattr(beat, '__normalize_onsets')(envelope)
    local = getattr(beat, '__beat_local_score')(normalised, period)
    link, cumulative = getattr(beat, '__beat_track_dp')(local, period, 100)
    return int(period[0]), local, cumulative, link


def main_0_8(out):
    x, found, beats, tempi = song(22050, 6), {}, [], []
    for fps, seconds in ((60, 6), (30, 6), (120, 2)):
        y = librosa.resample(x[: 22050 * seconds], orig_sr=22050, target_sr=512 * fps)
        found['features%d' % fps], found['tempo%d' % fps] = features(y, 512 * fps)
        found['y%d' % fps] = y[::101]
    for n in (512, 1536, 3000):
        found['noise%d' % n], found['noise_tempo%d' % n] = features(white(n, n), 30720)
    for case in range(30):
        x = random_envelope(case)
        marks = np.zeros(len(x), np.uint8)
        try:
            bpm, b = librosa.beat.beat_track(
                onset_envelope=x,
                sr=30720,
                hop_length=512,
                start_bpm=(60, 120, 180)[case % 3],
                tightness=100,
            )
        except ValueError:  # all of the beats are trimmed away
            bpm, b = 0, []
        marks[b] = 1
        beats.append(marks), tempi.append(float(bpm))
    np.savez_compressed(
        os.path.join(out, 'librosa08.npz'),
        beats=np.concatenate(beats),
        tempi=np.array(tempi),
        **found
    )


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else 'test/golden/music'
    os.makedirs(out, exist_ok=True)
    if librosa.__version__.startswith('0.8.'):
        return main_0_8(out)
    x, sr = song(22050, 6), 30720
    y = librosa.resample(x, orig_sr=22050, target_sr=sr)
    f, tempo = features(y, sr)
    f30, tempo30 = features(librosa.resample(x, orig_sr=22050, target_sr=15360), 15360)
    fast, fast_tempo = features(librosa.resample(x[:44100], orig_sr=22050, target_sr=61440), 61440)
    _, tempo90 = features(y, sr, 60.0)
    envelope = f[:, 0].copy()
    mel = librosa.feature.melspectrogram(y=y, sr=sr)
    db = librosa.power_to_db(mel)
    tuning = librosa.estimate_tuning(y=y, sr=sr, bins_per_octave=36)
    cqt = np.abs(
        librosa.cqt(y, sr=sr, hop_length=512, n_bins=252, bins_per_octave=36, tuning=tuning)
    )
    chroma = librosa.feature.chroma_cqt(y=y, sr=sr, hop_length=512, norm=None)
    tempogram = librosa.feature.tempogram(onset_envelope=envelope, sr=sr, win_length=480).mean(
        axis=1
    )
    period, local, cumulative, link = beat_stages(envelope, sr, tempo)
    np.savez_compressed(
        os.path.join(out, 'song.npz'),
        features=f,
        tempo=tempo,
        features30=f30,
        tempo30=tempo30,
        tempo_from_60=tempo90,
        samples=np.int64(len(y)),
        y=y[::101],
        mel=np.ascontiguousarray(mel.T[::40]).astype(np.float32),
        mel_db=np.ascontiguousarray(db.T[::40]).astype(np.float32),
        tuning=tuning,
        cqt=np.ascontiguousarray(cqt.T[::40]).astype(np.float32),
        chroma=np.ascontiguousarray(chroma.T).astype(np.float32),
        tempogram=tempogram,
        period=np.int64(period),
        local=local,
        cumulative=cumulative,
        link=link.astype(np.int64),
    )
    np.savez_compressed(os.path.join(out, 'fast.npz'), features=fast, tempo=fast_tempo)
    short = {}
    for n in (1, 2, 511, 512, 1535, 1536, 2048, 3000):
        short['features%d' % n], short['tempo%d' % n] = features(white(n, n), sr)
    np.savez_compressed(os.path.join(out, 'short.npz'), **short)
    tones = {}
    for cents in (-40, -12, 0, 7, 26):
        v = tone(440 * 2 ** (cents / 1200), sr, sr) + tone(880 * 2 ** (cents / 1200), sr, sr)
        tones['tuning%d' % cents] = librosa.estimate_tuning(y=v, sr=sr, bins_per_octave=36)
    for seed in range(6):
        tones['mixture%d' % seed] = librosa.estimate_tuning(
            y=mixture(seed, sr, sr // 2), sr=sr, bins_per_octave=36
        )
    np.savez_compressed(os.path.join(out, 'tones.npz'), **tones)
    onsets, beats, tempi = [], [], []
    for case in range(30):
        x = random_envelope(case)
        marks = np.zeros((2, len(x)), np.uint8)
        marks[0, librosa.onset.onset_detect(onset_envelope=x, sr=sr, hop_length=512)] = 1
        bpm, b = librosa.beat.beat_track(
            onset_envelope=x,
            sr=sr,
            hop_length=512,
            start_bpm=(60, 120, 180)[case % 3],
            tightness=100,
        )
        marks[1, b] = 1
        onsets.append(marks[0]), beats.append(marks[1]), tempi.append(float(np.ravel(bpm)[0]))
    np.savez_compressed(
        os.path.join(out, 'rhythm.npz'),
        onsets=np.concatenate(onsets),
        beats=np.concatenate(beats),
        tempi=np.array(tempi),
    )


main()
