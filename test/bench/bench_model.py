"""Training and generation steps beside PyTorch's (peer_model.py), and beside what the machine can
do: sgemm of two 2048 x 2048 matrices.

A run is many steps, of which the median counts, ours as the peer's: the peer's threads spin for a
while after a step, and the first steps of a process that starts meanwhile share the processors with
them."""

import json
import math
import os
import statistics
import subprocess
import sys

from bench_tools import Peer, bench_program, clock_choice, environment, paired, row, serve, wanted

THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
RUN, LEAST, MOST = 2.0, 3, 300  # seconds that a run should take, its steps at least and at most
MATRIX = 2048

#        stage       what       preset   method  batch  peer: least ratio   limit: least fraction
CASES = (
    ('training', 'train3', 'paper', 'fact', 4, 1.5, 0.75),
    ('training', 'train3', 'small', 'full', 32, 1.5, 0.75),
    ('generation', 'generate', 'paper', 'full', 1, 1.6, 0.8),
    ('generation', 'generate', 'paper', 'full', 8, 1.6, 0.8),
    ('generation', 'generate', 'small', 'full', 1, 1.6, None),
    ('generation', 'generate', 'small', 'full', 8, 1.6, None),
    ('generation', 'bf16', 'paper', 'full', 1, 3, None),
    ('generation', 'bf16', 'paper', 'full', 8, 3, None),
    ('generation', 'bf16', 'small', 'full', 8, None, None),
)


def numbers(name, *arguments):
    """What a timing program prints."""
    answer = subprocess.run(
        [bench_program(name), *map(str, arguments)],
        env=environment(THREADS),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [float(x) for x in answer.stdout.split()]


def clocked(pair):
    return pair[clock_choice() == 'cpu']


def limit(operations):
    """Seconds that so many operations take as one large product after the other."""
    return clocked(numbers('sgemm', MATRIX, MATRIX, MATRIX, THREADS)) * operations / (2 * MATRIX**3)


def steps_for(seconds):
    return max(LEAST, min(MOST, math.ceil(RUN / seconds)))


def repeated(timer, steps):
    """A timer of one step, as one of many."""
    return timer and (lambda: statistics.median(timer() for _ in range(steps)))


def configuration(preset, method):
    answer = subprocess.run(
        [bench_program('model_step'), 'config', preset, method, '1', '1'],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout)


def measure(stage, what, preset, method, batch, least, fraction):
    case = '%s %s, batch %d%s' % (
        preset,
        'predictor alone' if method == 'fact' else 'full method',
        batch,
        ', bf16' if what == 'bf16' else '',
    )
    if not wanted(stage, case) and not wanted(stage, case + ': of the limit'):
        return
    first = numbers('model_step', what, preset, method, batch, 1, THREADS)
    steps, operations = steps_for(first[0]), 1e9 * first[2]
    ours = lambda: clocked(numbers('model_step', what, preset, method, batch, steps, THREADS))
    if wanted(stage, case):
        with Peer(__file__, threads=THREADS, needs='torch') as peer:
            timer = peer.timer(
                'step',
                'train' if stage == 'training' else 'generate',
                configuration(preset, method),
                batch,
                THREADS,
            )
            row(stage, case, paired(ours, repeated(timer, steps), warm=False), least)
    if what != 'bf16' and wanted(stage, case + ': of the limit'):
        row(
            stage,
            case + ': of the limit',
            paired(ours, lambda: limit(operations), warm=False),
            fraction,
        )


def run():
    for case in CASES:
        measure(*case)


def peer_step():
    from peer_model import make_step

    steps = {}

    def step(what, config, batch, threads):
        key = (what, batch)
        if key not in steps:
            steps[key] = make_step(what, config, batch, threads)
            steps[key]()
        steps[key]()

    return step


if __name__ == '__main__':
    if sys.argv[1:] == ['serve']:
        serve({'step': peer_step()})
    else:
        run()
