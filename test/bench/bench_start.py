"""What a program takes before it gets to work: processor time of tiny jobs, and the way to a
model's first step."""

import os
import statistics

from bench_tools import (
    ROUNDS,
    demo_data,
    folder,
    program,
    row_value,
    run_command,
    seconds_text,
    wanted,
)
from bench_model import numbers

STAGE = 'start'
TINY = 0.02  # seconds of processor time
OPEN = 0.5  # seconds


def programs():
    bin_folder = os.environ.get('BIN', 'bin')
    return sorted(
        name for name in os.listdir(bin_folder) if os.path.isfile(os.path.join(bin_folder, name))
    )


def cpu(argv):
    return statistics.median(run_command(argv)[1] for _ in range(max(ROUNDS, 5)))


def tiny_jobs():
    """A job for each of some programs, on two seconds of one synthetic dance."""
    out, data = folder(), demo_data(1, 3, 2)
    run_command([program('import-motion'), '-q', '-o', out, os.path.join(data, 'motions')])
    dance = os.path.join(out, sorted(os.listdir(out))[0])
    song = os.path.join(data, 'music', sorted(os.listdir(os.path.join(data, 'music')))[0])
    return (
        ('freeze-rate', ['--fit', '-o', os.path.join(out, 'thresholds.json'), dance]),
        ('pa-mpjpe', ['--real', out, dance]),
        ('export-motion', ['-q', '--to', 'bvh', '-o', os.path.join(out, 'dance.bvh'), dance]),
        ('extract-music-features', ['-q', '-o', os.path.join(out, 'song.npy'), song]),
    )


def run():
    if wanted(STAGE, 'slowest of all programs, --version'):
        row_value(
            STAGE,
            'slowest of all programs, --version',
            max(cpu([program(name), '--version']) for name in programs()),
            limit=TINY,
            text=seconds_text,
        )
    if wanted(STAGE, 'two seconds'):
        for name, arguments in tiny_jobs():
            row_value(
                STAGE,
                '%s, two seconds' % name,
                cpu([program(name), *arguments]),
                limit=TINY,
                text=seconds_text,
            )
    if wanted(STAGE, 'model of preset paper open'):
        path = os.path.join(folder(), 'model.safetensors')
        numbers('open_model', '--write', 'paper', path)
        times = [numbers('open_model', path) for _ in range(ROUNDS + 1)][1:]
        row_value(
            STAGE,
            'model of preset paper open (%.3g GB)' % (times[0][2] * 2**20 / 1e9),
            statistics.median(t[0] for t in times),
            limit=OPEN,
            text=seconds_text,
        )


if __name__ == '__main__':
    run()
