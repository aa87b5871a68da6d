"""What the benchmarks share: paired runs, clocks, threads, synthetic music and dance, the table.
Python's standard library only.

A benchmark is a file bench_WING.py that test/bench/run starts with the peers' Python:

    from bench_tools import command, demo_data, folder, paired, Peer, row, wanted

    if wanted('cluster-ap', '600 windows'):
        ours = command([program('cluster-ap'), ...], threads=1)
        with Peer(__file__, threads=1, needs='sklearn') as peer: # falsy where sklearn cannot be
        imported
            row('cluster-ap', '600 windows', paired(ours, peer.timer('cluster', path)), target=1.0)

Run as a program it prints the table's header.
"""

import atexit
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

WIDTHS = (
    ('stage', -24),
    ('case', -46),
    ('neverstop', 10),
    ('peer', 10),
    ('ratio', 8),
    ('target', 10),
    ('met', 4),
)
ROUNDS = max(1, int(os.environ.get('ROUNDS') or 5))
THREAD_VARIABLES = (
    'OMP_NUM_THREADS',
    'OPENBLAS_NUM_THREADS',
    'MKL_NUM_THREADS',
    'NUMBA_NUM_THREADS',
)


# Programs, folders, inputs


def program(name):
    """Path of one of our executables."""
    return os.path.join(os.environ.get('BIN', 'bin'), name)


def bench_program(name):
    """Path of a timing program, test/bench/NAME.c: for what can only be measured inside one
    process."""
    return os.path.join(os.environ.get('BENCH', 'build/test/bench'), name)


def folder():
    """A new temporary folder, removed at the end."""
    path = tempfile.mkdtemp(prefix='neverstop-bench-')
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def demo_data(genres=3, sequences=4, seconds=20, seed=1):
    """A synthetic data set in AIST++'s layout in a new folder: motions/, music/, splits/. sequences
    >= 3, per genre; the first six have a song each."""
    path = folder()
    run_command(
        [
            program('make-demo-data'),
            '-q',
            '--genres',
            genres,
            '--sequences',
            sequences,
            '--seconds',
            seconds,
            '--seed',
            seed,
            '-o',
            path,
        ]
    )
    return path


# Clocks. What is measured is a function without arguments that runs the thing once and returns its
# seconds, NaN-free.


def clock_choice(clock=None):
    """'wall' or 'cpu': the row's own choice, otherwise CLOCK's."""
    chosen = clock or os.environ.get('CLOCK') or 'wall'
    if chosen not in ('wall', 'cpu'):
        sys.exit('bench: CLOCK=%s: wall or cpu is wanted' % chosen)
    return chosen


def environment(threads):
    """The environment with all thread pools set to so many threads."""
    return dict(os.environ, **{name: str(threads) for name in THREAD_VARIABLES})


def run_command(argv, threads=1):
    """Runs a command, which must succeed -> (wall seconds, CPU seconds of all its threads, peak
    memory in bytes)."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(a) for a in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment(threads),
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = (
            os.waitstatus_to_exitcode(status) if hasattr(os, 'waitstatus_to_exitcode') else status
        )
        if process.returncode:
            errors.seek(0)
            sys.exit(
                'bench: %s: exit status %d: %s'
                % (
                    ' '.join(map(str, argv)),
                    process.returncode,
                    errors.read().decode(errors='replace').strip(),
                )
            )
    return (
        wall,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss * (1 if sys.platform == 'darwin' else 1024),
    )


def offered(choice):
    """The ways of a choice of NEVERSTOP_USE that this machine offers (lib/base/choices.h)."""
    answer = subprocess.run(
        [program('freeze-rate')],
        env=dict(os.environ, NEVERSTOP_USE='help'),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for words in map(str.split, answer.stdout.splitlines()):
        if words[:1] == [choice]:
            return [w for w in words[1:] if not w.startswith('[')]
    sys.exit('bench: NEVERSTOP_USE=help does not list %s' % choice)


def command(argv, threads=1, clock=None, before=None):
    """A timer of a command as a fresh process. `before`, if given, is called first, unmeasured: to
    remove what the last run left."""
    kind = clock_choice(clock)

    def timer():
        if before:
            before()
        wall, cpu, _ = run_command(argv, threads)
        return wall if kind == 'wall' else cpu

    return timer


def peak_memory(argv, threads=1):
    """Largest resident memory of a command, in bytes."""
    return run_command(argv, threads)[2]


# Peers: Python code in a process of its own, with a number of threads of its own, warm from one
# call to the next


def importable(*modules):
    return all(importlib.util.find_spec(m) for m in modules)


def serve(functions):
    """The peer's side: bench_WING.py calls serve({name: function}) where sys.argv[1:] is ['serve'].
    A function's result is dropped, its time told."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            functions[name](*arguments)
            answer = {}
        except Exception as error:
            answer = {'error': '%s: %s' % (type(error).__name__, str(error).split('\n')[0])}
        answer['wall'], answer['cpu'] = time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps(answer), file=sys.__stdout__, flush=True)


class PeerError(Exception):
    """What a peer's function raised."""


class Peer:
    """A process `python FILE serve`. False where a needed module is missing; its timers are None
    then."""

    def __init__(self, file, threads=1, needs=''):
        self.there, self.process = importable(*needs.split()), None
        if self.there:
            self.process = subprocess.Popen(
                [sys.executable, file, 'serve'],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=environment(threads),
            )

    def __bool__(self):
        return self.there

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stdin.close()
            self.process.wait()

    def call(self, name, *arguments):
        """Runs one of the peer's functions -> {'wall': seconds, 'cpu': seconds}."""
        self.process.stdin.write(json.dumps([name, arguments]) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit('bench: the peer stopped during %s%r' % (name, arguments))
        answer = json.loads(answer)
        if 'error' in answer:
            raise PeerError(answer['error'])
        return answer

    def timer(self, name, *arguments, clock=None):
        kind = clock_choice(clock)
        return (lambda: self.call(name, *arguments)[kind]) if self.there else None


# Measuring and printing


class Pair:
    """Runs in turn, ours, the peer's, ours, ...: what else the machine does meets both. ratio is
    the median of the pairs' ratios, peer / ours."""

    def __init__(self, ours, peer):
        self.ours, self.peer = statistics.median(ours), statistics.median(peer) if peer else None
        self.ratio = statistics.median(p / o for p, o in zip(peer, ours)) if peer else None


def paired(ours, peer=None, rounds=None, warm=True):
    """Two timers (the peer's may be None) -> Pair. With `warm` each runs once beforehand,
    uncounted."""
    times = ([], [])
    for i in range((rounds or ROUNDS) + bool(warm)):
        for timer, seconds in zip((ours, peer), times):
            if timer:
                value = timer()
                if i or not warm:
                    seconds.append(value)
    return Pair(*times)


def wanted(stage, case=''):
    """Whether ONLY asks for this row: its text is part of the file's name, the stage or the
    case."""
    return os.environ.get('ONLY', '') in ' '.join((os.path.basename(sys.argv[0]), stage, case))


def seconds_text(x):
    return (
        '%.3g s' % x if x >= 0.1 else '%.3g ms' % (x * 1e3) if x >= 1e-4 else '%.3g us' % (x * 1e6)
    )


def bytes_text(x):
    return '%.3g GiB' % (x / 2**30) if x >= 2**30 else '%.4g MiB' % (x / 2**20)


def line(cells):
    print('| ' + ' | '.join('%*s' % (w, c) for c, (_, w) in zip(cells, WIDTHS)) + ' |', flush=True)


def header():
    line([name for name, _ in WIDTHS])
    print(
        '|' + '|'.join(('-' * (abs(w) + 1) + (':' if w > 0 else '-')) for _, w in WIDTHS) + '|',
        flush=True,
    )


def row(stage, case, pair, target=None):
    """Prints a row of times; target: the least ratio, peer / ours, that is wanted."""
    there = pair.peer is not None
    line(
        [
            stage,
            case,
            seconds_text(pair.ours),
            seconds_text(pair.peer) if there else '-',
            '%.3gx' % pair.ratio if there else '-',
            '-' if target is None else '>= %gx' % target,
            '-' if target is None or not there else 'yes' if pair.ratio >= target else 'no',
        ]
    )


def row_skipped(stage, case, reason):
    """Prints a row that could not be measured here, and why."""
    line([stage, case, '-', '-', '-', '-', 'skipped: ' + reason])


def row_value(stage, case, ours, peer=None, limit=None, least=None, text='%.3g'.__mod__):
    """Prints a row of something else than time (text=bytes_text: memory). limit: the most that is
    wanted, least: the least."""
    target = (
        '<= ' + text(limit)
        if limit is not None
        else '>= ' + text(least) if least is not None else '-'
    )
    met = (
        '-'
        if target == '-'
        else (
            'yes' if (limit is None or ours <= limit) and (least is None or ours >= least) else 'no'
        )
    )
    line(
        [
            stage,
            case,
            text(ours),
            '-' if peer is None else text(peer),
            '-' if not peer or not ours else '%.3gx' % (peer / ours),
            target,
            met,
        ]
    )


if __name__ == '__main__':
    header()
