"""How the cost grows: with threads, batch, length of the windows, and windows to cluster. Our
figures only. The points of a curve take turns; the column `ratio` holds the work done in a second
relative to the curve's first point (2 threads at best 2x; a ratio of 1x means that the time grows
as the work does)."""

import os
import statistics

from bench_tools import (
    ROUNDS,
    bench_program,
    bytes_text,
    clock_choice,
    environment,
    line,
    peak_memory,
    row_value,
    run_command,
    seconds_text,
    wanted,
)
from bench_model import numbers, steps_for

THREADS = int(os.environ.get('THREADS') or len(os.sched_getaffinity(0)))
WALL, CPU = 0, 1
STAGE = 'scaling'


def powers(first, last):
    return [n for n in (first * 2**i for i in range(32)) if n < last] + [last]


def step(what, batch, threads, longer, clock):
    """A timer of a step of preset small, full method."""
    arguments = ('small', 'full', batch)
    steps = steps_for(numbers('model_step', what, *arguments, 1, threads, longer)[WALL])
    return lambda: numbers('model_step', what, *arguments, steps, threads, longer)[clock]


def operations(what, batch, longer):
    return numbers('model_step', what, 'small', 'full', batch, 1, THREADS, longer)[2]


def propagate(points):
    command = [bench_program('propagate'), points, 20, THREADS]
    return lambda: run_command(command, THREADS)[clock_choice() == 'cpu']


def curve(name, points):
    """points: (label, function that makes a timer, work)."""
    if not wanted(STAGE, name):
        return
    timers = [make() for _, make, _ in points]
    rounds = [[timer() for timer in timers] for _ in range(ROUNDS)]
    for i, (label, _, work) in enumerate(points):
        ratio = statistics.median(r[0] / r[i] * work / points[0][2] for r in rounds)
        line(
            [
                STAGE,
                '%s: %s' % (name, label),
                seconds_text(statistics.median(r[i] for r in rounds)),
                '-',
                '%.3gx' % ratio,
                '-',
                '-',
            ]
        )


def run():
    clock = CPU if clock_choice() == 'cpu' else WALL
    for stage, what, batch in (('training', 'train3', 32), ('generation', 'generate', 8)):
        curve(
            '%s, small, batch %d, threads' % (stage, batch),
            [(t, lambda t=t: step(what, batch, t, 1, WALL), 1) for t in powers(1, THREADS)],
        )
    for stage, what in (('training', 'train3'), ('generation', 'generate')):
        curve(
            '%s, small, batch' % stage,
            [(b, lambda b=b: step(what, b, THREADS, 1, clock), b) for b in powers(1, 32)],
        )
    for stage, what, batch in (('training', 'train3', 8), ('generation', 'generate', 8)):
        if wanted(STAGE, stage):
            curve(
                '%s, small, batch %d, frames' % (stage, batch),
                [
                    (
                        '%d, music %d' % (60 * n, 80 * n),
                        lambda n=n: step(what, batch, THREADS, n, clock),
                        operations(what, batch, n),
                    )
                    for n in (1, 2, 4, 8)
                ],
            )
    curve(
        'cluster-ap, 20 iterations, windows',
        [(n, lambda n=n: propagate(n), n * n) for n in (1000, 2000, 4000, 8000)],
    )
    if wanted(STAGE, 'cluster-ap, 20000 windows: memory'):
        row_value(
            STAGE,
            'cluster-ap, 20000 windows: memory',
            peak_memory([bench_program('propagate'), 20000, 2, THREADS], THREADS),
            limit=6 * 2**30,
            text=bytes_text,
        )


if __name__ == '__main__':
    run()
