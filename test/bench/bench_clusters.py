"""Affinity propagation beside scikit-learn's, on the same points with the same preference, as processes: time and memory."""
import os
import sys

from bench_tools import bench_program, bytes_text, command, importable, line, paired, peak_memory, row, wanted

THREADS = len(os.sched_getaffinity(0))
POINTS, ITERATIONS = 4000, 100
STAGE = 'cluster-ap'


def run():
    ours = [bench_program('propagate'), POINTS, ITERATIONS, THREADS]
    case = '%d points, %d iterations' % (POINTS, ITERATIONS)
    peer = [sys.executable, os.path.join(os.path.dirname(__file__), 'peer_clusters.py'), POINTS, ITERATIONS] if importable('sklearn') else None
    if wanted(STAGE, case):
        row(STAGE, case, paired(command(ours, THREADS), command(peer, THREADS) if peer else None), 5)
    if wanted(STAGE, case + ': memory'):
        own, other = peak_memory(ours, THREADS), peak_memory(peer, THREADS) if peer else None
        line([STAGE, case + ': memory', bytes_text(own), bytes_text(other) if peer else '-', '%.3gx' % (other / own) if peer else '-', '>= 2x',
              ('yes' if other >= 2 * own else 'no') if peer else '-'])


run()
