"""Features of dances beside aistplusplus_api's way of computing them
(scripts/parity/features_peer.py; AISTPLUSPLUS_API=FOLDER: its own code), and folders of a thousand
dances. The peer starts from joint positions in memory; ours projects rotations and computes the
joints too."""

import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), '../../scripts/parity'))
from bench_tools import (
    ROUNDS,
    Peer,
    bench_program,
    clock_choice,
    command,
    demo_data,
    environment,
    folder,
    paired,
    program,
    row,
    row_value,
    run_command,
    seconds_text,
    serve,
    wanted,
)

STAGE = 'metrics'
DANCES = 1000


def dances():
    """Synthetic dances of 20 s as motions -> their files."""
    out = folder()
    run_command(
        [program('import-motion'), '-q', '-o', out, os.path.join(demo_data(3, 4, 20), 'motions')]
    )
    return sorted(os.path.join(out, name) for name in os.listdir(out))


def thousand(files):
    """A list that names a thousand dances of 20 s."""
    path = os.path.join(folder(), 'dances.tsv')
    with open(path, 'w') as out:
        out.write('name\tgenre\tmotion\n')
        for i in range(DANCES):
            out.write('dance%d\tX\t%s\n' % (i, files[i % len(files)]))
    return path


def joints(motion):
    """A dance's joint positions (.npy)."""
    path = os.path.join(folder(), 'joints.npy')
    run_command([program('export-motion'), '-q', '--to', 'joints', '-o', path, motion])
    return path


def peer_features(path):
    import numpy
    import features_peer

    p = numpy.load(path)
    features_peer.kinetic_features(p)
    features_peer.geometric_current(p)


def in_memory(motion):
    answer = subprocess.run(
        [bench_program('dance_features'), motion, '50'],
        env=environment(1),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(x) for x in answer.stdout.split()][clock_choice() == 'cpu']


def main():
    files = dances()
    tsv = thousand(files)
    memory, disk = (
        'features of 20 s, 1 thread, from memory',
        'features of 20 s, 1 thread, file read too',
    )
    if wanted(STAGE, memory) or wanted(STAGE, disk):
        with Peer(__file__, needs='numpy') as peer:
            theirs = peer.timer('features', joints(files[0])) if peer else None
            if wanted(STAGE, memory):
                row(
                    STAGE,
                    memory,
                    paired(lambda: in_memory(files[0]), theirs, min(ROUNDS, 3), warm=False),
                    1000,
                )  # the peer takes seconds
            if wanted(STAGE, disk):
                all_of_them = command(
                    [
                        program('eval-fid'),
                        '-q',
                        '-j1',
                        '--features-out',
                        os.path.join(folder(), 'f.npz'),
                        tsv,
                    ]
                )
                row(
                    STAGE,
                    disk,
                    paired(lambda: all_of_them() / DANCES, theirs, min(ROUNDS, 3), warm=False),
                    1000,
                )
    real = os.path.dirname(files[0])
    for name, arguments in (
        ('eval-fid', ['--real', real]),
        ('freeze-rate', ['--thresholds', os.path.join(folder(), 't.npz')]),
    ):
        case = '%s, 1000 dances of 20 s, 2 threads' % name
        if wanted(STAGE, case):
            if name == 'freeze-rate':
                run_command([program(name), '-q', '--fit', '-o', arguments[1], real])
            run = paired(command([program(name), '-q', '-j2', *arguments, tsv], 2))
            row_value(STAGE, case, run.ours, limit=5, text=seconds_text)


if sys.argv[1:] == ['serve']:
    serve({'features': peer_features})
else:
    main()
