"""Training and generation steps beside PyTorch's (peer_model.py), and beside what the machine can do: sgemm of two 2048 x 2048 matrices."""
import json
import os
import subprocess
import sys

from bench_tools import Peer, bench_program, clock_choice, environment, paired, row, serve, wanted

THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
STEPS = 3  # of each run, whose median counts
MATRIX = 2048

#        stage       what       preset   method  batch  peer: least ratio   limit: least fraction
CASES = (('training', 'train3', 'paper', 'fact', 4, 1.5, 0.75),
         ('training', 'train3', 'small', 'full', 32, 1.5, 0.75),
         ('generation', 'generate', 'paper', 'full', 1, 1.6, 0.8),
         ('generation', 'generate', 'paper', 'full', 8, 1.6, 0.8),
         ('generation', 'generate', 'small', 'full', 1, 1.6, None),
         ('generation', 'generate', 'small', 'full', 8, 1.6, None),
         ('generation', 'bf16', 'paper', 'full', 1, 3, None),
         ('generation', 'bf16', 'paper', 'full', 8, 3, None),
         ('generation', 'bf16', 'small', 'full', 8, None, None))


def numbers(name, *arguments):
    """What a timing program prints."""
    answer = subprocess.run([bench_program(name), *map(str, arguments)], env=environment(THREADS), stdout=subprocess.PIPE, text=True, check=True)
    return [float(x) for x in answer.stdout.split()]


def clocked(pair):
    return pair[clock_choice() == 'cpu']


def limit(operations):
    """Seconds that so many operations take as one large product after the other."""
    return clocked(numbers('sgemm', MATRIX, MATRIX, MATRIX, THREADS)) * operations / (2 * MATRIX ** 3)


def configuration(preset, method):
    answer = subprocess.run([bench_program('model_step'), 'config', preset, method, '1', '1'], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(answer.stdout)


def measure(stage, what, preset, method, batch, least, fraction):
    case = '%s %s, batch %d%s' % (preset, 'predictor alone' if method == 'fact' else 'full method', batch, ', bf16' if what == 'bf16' else '')
    arguments = ('model_step', what, preset, method, batch, STEPS, THREADS)
    ours = lambda: clocked(numbers(*arguments))
    if wanted(stage, case):
        with Peer(__file__, threads=THREADS, needs='torch') as peer:
            timer = peer.timer('step', 'train' if stage == 'training' else 'generate', configuration(preset, method), batch, THREADS)
            row(stage, case, paired(ours, timer), least)
    if what != 'bf16' and wanted(stage, case + ': of the limit'):
        operations = 1e9 * numbers(*arguments)[2]
        row(stage, case + ': of the limit', paired(ours, lambda: limit(operations), warm=False), fraction)


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
