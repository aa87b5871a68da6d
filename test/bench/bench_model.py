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

from bench_tools import (
    Peer,
    PeerError,
    bench_program,
    clock_choice,
    environment,
    offered,
    paired,
    row,
    row_skipped,
    serve,
    wanted,
)

THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
RUN, LEAST, MOST = 2.0, 3, 300  # seconds that a run should take, its steps at least and at most
MATRIX = 2048

# A stage, model_step's words for it, the least ratio to the peer that is wanted, and the least part
# of the limit.
CASES = (
    ('training', 'train3', 'paper', 'fact', 4, 1.5, 0.75),
    ('training', 'train3', 'small', 'full', 32, 1.5, 0.75),
    ('generation', 'generate', 'paper', 'full', 1, 1.6, 0.8),
    ('generation', 'generate', 'paper', 'full', 8, 1.6, 0.8),
    ('generation', 'generate', 'small', 'full', 1, 1.6, None),
    ('generation', 'generate', 'small', 'full', 8, 1.6, None),
    ('training', 'train3', 'small', 'revolution', 16, 1.2, None),
    ('training', 'train3', 'small', 'phd', 16, 1.2, None),
    ('training', 'train3', 'small', 'dancenet', 16, 1.2, None),
    ('training', 'train3', 'small', 'li', 16, 1.2, None),
    ('generation', 'generate', 'small', 'revolution', 1, 2, None),
    ('generation', 'generate', 'small', 'phd', 1, 2, None),
    ('generation', 'generate', 'small', 'dancenet', 1, 2, None),
    ('generation', 'generate', 'small', 'li', 1, 2, None),
)
# In bfloat16, beside our own float32, the peer's float32 and its bfloat16:
# the least ratios to each.
ROUNDED = (
    ('training', 'train3', 'paper', 'fact', 4, 2, None, 1),
    ('training', 'train3', 'small', 'full', 32, None, None, 1),
    ('generation', 'generate', 'paper', 'full', 1, None, 3, 1),
    ('generation', 'generate', 'paper', 'full', 8, None, 3, 1),
    ('generation', 'generate', 'small', 'full', 1, None, None, 1),
    ('generation', 'generate', 'small', 'full', 8, None, None, 1),
)
# Beside torch.compile, which takes minutes for what is written frame by frame, and is left out
# there.
COMPILED = (
    ('training', 'train3', 'small', 'full', 32, False),
    ('training', 'train3', 'small', 'full', 32, True),
    ('generation', 'generate', 'small', 'full', 1, False),
    ('generation', 'generate', 'small', 'full', 8, False),
    ('generation', 'generate', 'small', 'full', 8, True),
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


def case_of(preset, method, batch, more=''):
    names = {'fact': 'predictor alone', 'full': 'full method'}
    return '%s %s, batch %d%s' % (preset, names.get(method, method), batch, more)


def our_timer(what, preset, method, batch):
    """A timer of our median step, the number of its steps, and a step's arithmetic."""
    first = numbers('model_step', what, preset, method, batch, 1, THREADS)
    steps = steps_for(first[0])
    timer = lambda: clocked(numbers('model_step', what, preset, method, batch, steps, THREADS))
    return timer, steps, 1e9 * first[2]


def beside_peer(stage, case, ours, steps, step, least):
    """step: the arguments of peer_model.make_step but for the threads."""
    with Peer(__file__, threads=THREADS, needs='torch') as peer:
        try:
            timer = repeated(peer.timer('step', *step), steps)
            row(stage, case, paired(ours, timer, warm=False), least)
        except PeerError as error:
            row_skipped(stage, case, 'the peer: %s' % error)


def peer_words(what):
    return 'train' if what.startswith('train') else 'generate'


def measure(stage, what, preset, method, batch, least, fraction):
    case = case_of(preset, method, batch)
    if not wanted(stage, case) and not wanted(stage, case + ': of the limit'):
        return
    ours, steps, operations = our_timer(what, preset, method, batch)
    if wanted(stage, case):
        step = (peer_words(what), configuration(preset, method), batch, THREADS, False, False)
        beside_peer(stage, case, ours, steps, step, least)
    if method in ('fact', 'full') and wanted(stage, case + ': of the limit'):
        row(
            stage,
            case + ': of the limit',
            paired(ours, lambda: limit(operations), warm=False),
            fraction,
        )


def missing_bf16():
    """Why bfloat16 is not worth measuring here; None where it is."""
    if offered('bf16') == ['plain']:
        return 'neither AMX nor AVX512-BF16'
    return None


def measure_rounded(stage, what, preset, method, batch, of_ours, of_float, of_bf16):
    ways = (
        ('our float32', None, of_ours),
        ('float32', False, of_float),
        ('autocast', True, of_bf16),
    )
    rows = [(case_of(preset, method, batch, ', bf16 beside ' + name), *way) for name, *way in ways]
    rows = [(case, bf16, least) for case, bf16, least in rows if wanted(stage, case)]
    reason = rows and missing_bf16()
    if reason:
        for case, _, _ in rows:
            row_skipped(stage, case, reason)
        return
    if not rows:
        return
    ours, steps, _ = our_timer(what + '-bf16', preset, method, batch)
    for case, bf16, least in rows:
        if bf16 is None:
            plain, _, _ = our_timer(what, preset, method, batch)
            row(stage, case, paired(ours, plain, warm=False), least)
        else:
            step = (peer_words(what), configuration(preset, method), batch, THREADS, bf16, False)
            beside_peer(stage, case, ours, steps, step, least)


def measure_compiled(stage, what, preset, method, batch, bf16):
    more = ', bf16 beside autocast, torch.compile' if bf16 else ', beside torch.compile'
    case = case_of(preset, method, batch, more)
    if not wanted(stage, case):
        return
    if bf16 and missing_bf16():
        row_skipped(stage, case, missing_bf16())
        return
    ours, steps, _ = our_timer(what + ('-bf16' if bf16 else ''), preset, method, batch)
    step = (peer_words(what), configuration(preset, method), batch, THREADS, bf16, True)
    beside_peer(stage, case, ours, steps, step, None)


def run():
    for case in CASES:
        measure(*case)
    for case in ROUNDED:
        measure_rounded(*case)
    for case in COMPILED:
        measure_compiled(*case)


def peer_step():
    from peer_model import make_step

    steps = {}

    def step(what, config, batch, *how):
        key = (what, config.get('predictor'), batch, how)
        if key not in steps:
            steps[key] = make_step(what, config, batch, *how)
            steps[key]()
        steps[key]()

    return step


if __name__ == '__main__':
    if sys.argv[1:] == ['serve']:
        serve({'step': peer_step()})
    else:
        run()
