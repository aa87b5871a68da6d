"""Affinity propagation beside scikit-learn's, on the same points with the same preference: time and
memory, ours of the whole process."""

import os
import sys

from bench_tools import (
    Peer,
    bench_program,
    bytes_text,
    command,
    importable,
    line,
    paired,
    peak_memory,
    row,
    serve,
    wanted,
)

THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
POINTS, ITERATIONS = 4000, 100
STAGE = 'cluster-ap'


def run():
    ours = [bench_program('propagate'), POINTS, ITERATIONS, THREADS]
    case = '%d points, %d iterations' % (POINTS, ITERATIONS)
    if wanted(STAGE, case):
        with Peer(__file__, THREADS, needs='sklearn') as peer:
            row(
                STAGE,
                case,
                paired(command(ours, THREADS), peer.timer('cluster', POINTS, ITERATIONS)),
                5,
            )
    if wanted(STAGE, case + ': memory'):
        script = os.path.join(os.path.dirname(__file__), 'peer_clusters.py')
        own, other = peak_memory(ours, THREADS), (
            peak_memory([sys.executable, script, POINTS, ITERATIONS], THREADS)
            if importable('sklearn')
            else None
        )
        line(
            [
                STAGE,
                case + ': memory',
                bytes_text(own),
                bytes_text(other) if other else '-',
                '%.3gx' % (other / own) if other else '-',
                '>= 2x',
                ('yes' if other >= 2 * own else 'no') if other else '-',
            ]
        )


if __name__ == '__main__':
    if sys.argv[1:] == ['serve']:
        from peer_clusters import cluster

        serve({'cluster': cluster})
    else:
        run()
