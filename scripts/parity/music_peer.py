"""google-research/mint's preprocessor of AIST++ music, its librosa calls given keywords: what
extract-music-features must equal."""

import re
import warnings

import librosa
import numpy as np

warnings.simplefilter("ignore")
HOP, version = 512, librosa.__version__


def start_bpm(stem):
    m = re.fullmatch(r"m(BR|PO|LO|MH|LH|WA|KR|JS|JB|HO)(\d)", stem)
    return 120.0 if not m else 110.0 + 5 * int(m[2]) if m[1] == "HO" else 80.0 + 10 * int(m[2])


def features(y, sr, bpm=120.0):
    """Samples at 512 fps Hz -> features [T, 35] f32, tempo."""
    envelope = librosa.onset.onset_strength(y=y, sr=sr)
    mfcc = librosa.feature.mfcc(y=y, sr=sr, n_mfcc=20).T
    chroma = librosa.feature.chroma_cens(y=y, sr=sr, hop_length=HOP, n_chroma=12).T
    onset, beat = np.zeros_like(envelope), np.zeros_like(envelope)
    onset[librosa.onset.onset_detect(onset_envelope=envelope, sr=sr, hop_length=HOP)] = 1
    tempo, beats = librosa.beat.beat_track(
        onset_envelope=envelope, sr=sr, hop_length=HOP, start_bpm=bpm, tightness=100
    )
    beat[beats] = 1
    f = np.concatenate([envelope[:, None], mfcc, chroma, onset[:, None], beat[:, None]], axis=1)
    return f.astype(np.float32), float(np.ravel(tempo)[0])


def features_of_file(path, fps=60, bpm=120.0):
    sr = HOP * fps
    sr = int(sr) if sr == int(sr) else sr
    y, _ = librosa.load(path, sr=sr)
    return features(y, sr, bpm)
