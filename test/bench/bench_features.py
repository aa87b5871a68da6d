"""Music features: extract-music-features beside librosa (google-research/mint's preprocessor) on
synthetic songs, or on AUDIO=FOLDER."""

import glob
import os
import sys
import wave

sys.path.append(os.path.join(os.path.dirname(__file__), '../../scripts/parity'))
from bench_tools import (
    Peer,
    bytes_text,
    command,
    demo_data,
    folder,
    importable,
    paired,
    peak_memory,
    program,
    row,
    row_value,
    serve,
    wanted,
)

STAGE = 'music features'
NEEDS = 'librosa soundfile'


def features_of_files(*paths):
    import music_peer

    for path in paths:
        music_peer.features_of_file(
            path, bpm=music_peer.start_bpm(os.path.splitext(os.path.basename(path))[0])
        )


def songs(count, seconds):
    return sorted(
        glob.glob(
            os.path.join(
                demo_data((count + 5) // 6, 6 if count > 3 else 3, seconds), 'music', '*.wav'
            )
        )
    )[:count]


def repeated(path, seconds):
    """A song played again and again until so many seconds are full."""
    target = os.path.join(folder(), 'long.wav')
    with wave.open(path) as source, wave.open(target, 'wb') as out:
        out.setparams(source.getparams())
        samples, frames = source.readframes(source.getnframes()), source.getnframes()
        for done in range(0, int(seconds * source.getframerate()), frames):
            out.writeframesraw(
                samples[
                    : (int(seconds * source.getframerate()) - done)
                    * source.getsampwidth()
                    * source.getnchannels()
                ]
            )
    return target


def extract(paths, threads, clock=None):
    out = folder()
    return command(
        [program('extract-music-features'), '-q', '-j', threads, '-o', out, *paths], threads, clock
    )


def compare(case, paths, threads, target, rounds=None):
    """Against librosa warm in one process, which is single-threaded: CPU time for one thread, wall
    time for more."""
    clock = None if threads == 1 else 'wall'
    with Peer(__file__, threads=1, needs=NEEDS) as peer:
        row(
            STAGE,
            case,
            paired(
                extract(paths, threads, clock), peer.timer('features', *paths, clock=clock), rounds
            ),
            target,
        )


def main():
    own = os.environ.get('AUDIO')
    if own and wanted(STAGE, 'AUDIO'):
        paths = sorted(glob.glob(os.path.join(own, '*.*')))
        compare('AUDIO: %d files, 1 thread, librosa warm' % len(paths), paths, 1, 4)
    case = 'song of 60 s, 1 thread, librosa warm'
    if wanted(STAGE, case):
        compare(case, songs(1, 60), 1, 4)
    case = 'song of 25 s, 1 thread, librosa fresh'
    if wanted(STAGE, case):
        paths = songs(1, 25)
        fresh = (
            command([sys.executable, __file__, 'once', *paths])
            if importable(*NEEDS.split())
            else None
        )
        row(STAGE, case, paired(extract(paths, 1), fresh), 50)
    case = '60 songs of 30 s, 2 threads, librosa warm'
    if wanted(STAGE, case):
        compare(case, songs(60, 30), 2, 8, rounds=3)
    case = 'peak memory, song of 1 hour, 1 thread'
    if wanted(STAGE, case):
        hour = repeated(songs(1, 60)[0], 3600)
        row_value(
            STAGE,
            case,
            peak_memory([program('extract-music-features'), '-q', '-j', 1, '-o', folder(), hour]),
            limit=1.5 * 2**30,
            text=bytes_text,
        )


if sys.argv[1:] == ['serve']:
    serve({'features': features_of_files})
elif sys.argv[1:2] == ['once']:
    features_of_files(*sys.argv[2:])
else:
    main()
