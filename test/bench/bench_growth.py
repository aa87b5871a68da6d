"""How the cost of a data set grows with it, up to AIST++'s size (1,408 dances to 60 songs, 5.2
hours): made-up dances in AIST++'s layout through the programs of an experiment. Only where ONLY
asks for it (ONLY=growth), because it takes long:

    FRACTIONS="1/8 1/4 1/2 1"   parts of AIST++'s size (1/8 1/4)

Processor time of all threads, and peak memory; the column `ratio` holds the work done in a second
relative to a curve's first point (below 1x, time grows faster than the data), or the memory
relative to the first point's."""

import array
import fractions
import glob
import os
import random
import shutil
import struct
import zipfile

from bench_tools import bytes_text, demo_data, folder, line, program, run_command, seconds_text

STAGE = 'growth'
THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
GENRES, SONGS_A_GENRE, DANCES, HOURS = 10, 6, 1408, 5.2
MOST_A_GENRE = 99  # that make-demo-data makes; from there on dances are longer instead
WINDOWS = ('--length', 120, '--stride', 20, '--clusters', 32)
COLUMNS, FPS = 768, 60  # of an encoder's features


class Curve:
    def __init__(self, name):
        self.name, self.first = name, None

    def add(self, label, work, argv):
        _, cpu, memory = run_command(argv, THREADS)
        if not self.first:
            self.first = (work, cpu, memory)
        work0, cpu0, memory0 = self.first
        case = '%s: %s' % (self.name, label)
        faster = work / cpu / (work0 / cpu0)
        line([STAGE, case, seconds_text(cpu), '-', '%.3gx' % faster, '-', '-'])
        more = '%.3gx' % (memory / memory0)
        line([STAGE, case + ', memory', bytes_text(memory), '-', more, '-', '-'])


def windows(dances, seconds):
    return dances * ((int(FPS * seconds) - WINDOWS[1]) // WINDOWS[3] + 1)


def npy(letters, shape, data):
    """A .npy of version 1.0 around the bytes of an array."""
    header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (letters, shape)
    header += ' ' * (-(len(header) + 11) % 64) + '\n'
    return b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header.encode() + data


def encoded_songs(motions, music, train, frames):
    """The same list in a new folder, with features such as encode-music writes: random numbers in
    COLUMNS columns."""
    path = folder()
    os.symlink(motions, os.path.join(path, 'motions'))
    os.mkdir(os.path.join(path, 'music'))
    some = array.array('f', [random.uniform(-1, 1) for _ in range(COLUMNS * 100)]).tobytes()
    numbers = (some * (frames // 100 + 1))[: 4 * COLUMNS * frames]
    for song in sorted(os.listdir(music)):
        with zipfile.ZipFile(os.path.join(path, 'music', song), 'w') as z:
            z.writestr('features.npy', npy('<f4', (frames, COLUMNS), numbers))
            z.writestr('fps.npy', npy('<f8', (), struct.pack('<d', FPS)))
    return shutil.copy(train, path)


def measure(curves, fraction):
    sequences = min(MOST_A_GENRE, max(SONGS_A_GENRE, round(DANCES * fraction / GENRES)))
    seconds = round(3600 * HOURS * fraction / (GENRES * sequences), 1)
    raw, out = demo_data(GENRES, sequences, seconds), folder()
    pkl = sorted(glob.glob(os.path.join(raw, 'motions', '*.pkl')))
    songs = sorted(glob.glob(os.path.join(raw, 'music', '*')))
    songs = songs[: max(1, round(len(songs) * fraction))]
    motions, music = os.path.join(out, 'motions'), os.path.join(out, 'music')
    train = os.path.join(out, 'all.tsv')
    threads = ['-q', '-j', THREADS]

    def add(name, label, work, command, *arguments):
        curves.setdefault(name, Curve(name)).add(label, work, [program(command), *arguments])

    dances = '%d dances of %g s' % (len(pkl), seconds)
    work = len(pkl) * seconds
    os.makedirs(motions)
    os.makedirs(music)
    add('import', dances, work, 'import-motion', *threads, '-o', motions, *pkl)
    add(
        'features',
        '%d songs' % len(songs),
        len(songs) * seconds,
        'extract-music-features',
        *threads,
        '-o',
        music,
        *songs,
    )
    run_command([program('prepare-aist'), *threads, raw, out], THREADS)
    genre = open(train).read().splitlines()[1].split('\t')[1]
    count = windows(sequences, seconds)
    add(
        'clusters of a genre',
        '%d windows' % count,
        count,
        'cluster-ap',
        *threads,
        *WINDOWS,
        '--genre',
        genre,
        '-o',
        os.path.join(out, 'clusters.npz'),
        train,
    )
    add(
        'epoch, preset demo',
        dances,
        work,
        'train-predictor',
        *threads,
        '--preset',
        'demo',
        '--no-refine',
        '--no-transit',
        '--epochs',
        1,
        '-o',
        os.path.join(out, 'model.safetensors'),
        train,
    )
    wide = encoded_songs(motions, os.path.join(out, 'music'), train, round(FPS * seconds))
    add(
        'a step, %d columns of features' % COLUMNS,
        dances,
        work,
        'train-predictor',
        *threads,
        '--preset',
        'demo',
        '--no-refine',
        '--no-transit',
        '--steps',
        1,
        '-o',
        os.path.join(out, 'model.safetensors'),
        wide,
    )
    judged = sorted(glob.glob(os.path.join(motions, '*.npz')))[: max(1, round(1000 * fraction))]
    label = '%d dances of %g s' % (len(judged), seconds)
    work = len(judged) * seconds
    thresholds = os.path.join(out, 'thresholds.npz')
    run_command([program('freeze-rate'), '-q', '--fit', '-o', thresholds, *judged[:50]])
    freezing = ['--thresholds', thresholds]
    add('eval-fid', label, work, 'eval-fid', *threads, '--real', motions, *judged)
    add('freeze-rate', label, work, 'freeze-rate', *threads, *freezing, *judged)


def main():
    if STAGE not in os.environ.get('ONLY', ''):
        return
    curves = {}
    for word in os.environ.get('FRACTIONS', '1/8 1/4').split():
        measure(curves, float(fractions.Fraction(word)))


main()
