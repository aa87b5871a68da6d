"""Encoders of real size with random weights beside PyTorch's with transformers
(peer_wav2vec2.py), and beside what the machine can do: sgemm of two 2048 x 2048 matrices."""

import array
import json
import math
import os
import random
import struct
import subprocess
import sys

from bench_tools import Peer, bench_program, clock_choice, environment, folder, paired, row
from bench_tools import serve, wanted

THREADS = int(os.environ.get('THREADS') or 1)
MATRIX = 2048
BASE = {'hidden_size': 768, 'intermediate_size': 3072, 'num_attention_heads': 12}
BASE['num_hidden_layers'] = 12
LARGE = {'hidden_size': 1024, 'intermediate_size': 4096, 'num_attention_heads': 16}
LARGE.update(num_hidden_layers=24, do_stable_layer_norm=True)
MODELS = {
    'wav2vec2-base': {'model_type': 'wav2vec2', 'sample_rate': 16000, **BASE},
    'MERT-95M': {'model_type': 'mert_model', 'sample_rate': 24000, **BASE},
    'MERT-330M': {'model_type': 'mert_model', 'sample_rate': 24000, **LARGE},
}

#        model            seconds  peer: least ratio   limit: least fraction
CASES = (
    ('wav2vec2-base', 10, 1.1, 0.9),
    ('wav2vec2-base', 30, 1.1, 0.9),
    ('MERT-95M', 10, 1.1, 0.9),
    ('MERT-95M', 30, 1.1, 0.9),
    ('MERT-330M', 10, 1.0, 0.9),
)


def shapes(c):
    """Names and shapes of a checkpoint's tensors."""
    n, inner, kernels = c['hidden_size'], c['intermediate_size'], (10, 3, 3, 3, 3, 2, 2)
    for j, kernel in enumerate(kernels):
        name = 'feature_extractor.conv_layers.%d.' % j
        yield name + 'conv.weight', (512, 512 if j else 1, kernel)
        if j == 0:
            yield from both(name + 'layer_norm', (512,), (512,))
    yield from both('feature_projection.layer_norm', (512,), (512,))
    yield from both('feature_projection.projection', (n, 512), (n,))
    position = 'encoder.pos_conv_embed.conv.'
    yield position + 'weight_g', (1, 1, 128)
    yield position + 'weight_v', (n, n // 16, 128)
    yield position + 'bias', (n,)
    yield from both('encoder.layer_norm', (n,), (n,))
    for i in range(c['num_hidden_layers']):
        name = 'encoder.layers.%d.' % i
        for part in 'qkv':
            yield from both(name + 'attention.%s_proj' % part, (n, n), (n,))
        yield from both(name + 'attention.out_proj', (n, n), (n,))
        yield from both(name + 'layer_norm', (n,), (n,))
        yield from both(name + 'feed_forward.intermediate_dense', (inner, n), (inner,))
        yield from both(name + 'feed_forward.output_dense', (n, inner), (n,))
        yield from both(name + 'final_layer_norm', (n,), (n,))


def both(name, weight, bias):
    return ((name + '.weight', weight), (name + '.bias', bias))


def checkpoint(name):
    """A folder with config.json and random weights, about as large as trained ones."""
    path, header, at = folder(), {}, 0
    settings = MODELS[name]
    for tensor, shape in shapes(settings):
        size = 4 * math.prod(shape)
        header[tensor] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [at, at + size]}
        at += size
    with open(os.path.join(path, 'config.json'), 'w', encoding='utf-8') as f:
        json.dump(settings, f)
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    numbers = random.Random(1)
    pool = array.array('f', (numbers.gauss(0, 0.02) for _ in range(1 << 18))).tobytes()
    with open(os.path.join(path, 'model.safetensors'), 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text)
        while at > 0:
            f.write(pool[: min(at, len(pool))])
            at -= len(pool)
    return path


def numbers_of(name, *arguments):
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
    return (
        clocked(numbers_of('sgemm', MATRIX, MATRIX, MATRIX, THREADS)) * operations / (2 * MATRIX**3)
    )


def measure(path, name, seconds, least, fraction):
    case = '%s, %d s' % (name, seconds)
    run = lambda *more: numbers_of('encode_song', path, seconds, 1, THREADS, *more)
    ours = lambda: clocked(run())
    if wanted('encoders', case):
        with Peer(__file__, threads=THREADS, needs='transformers') as peer:
            timer = peer.timer('run', MODELS[name], seconds, THREADS)
            row('encoders', case, paired(ours, timer, warm=False), least)
    if wanted('encoders', case + ': of the limit'):
        operations = 1e9 * run()[2]
        row(
            'encoders',
            case + ': of the limit',
            paired(ours, lambda: limit(operations), warm=False),
            fraction,
        )
    if wanted('encoders', case + ': bf16'):
        row(
            'encoders',
            case + ': bf16',
            paired(lambda: clocked(run('bf16')), ours, warm=False),
            2.0,
        )


def any_wanted(name):
    suffixes = ('', ': of the limit', ': bf16')
    cases = ['%s, %d s%s' % (name, c[1], s) for c in CASES if c[0] == name for s in suffixes]
    return any(wanted('encoders', case) for case in cases)


def run_all():
    for name in MODELS:
        if any_wanted(name):
            path = checkpoint(name)
            for case in CASES:
                if case[0] == name:
                    measure(path, *case)


def peer_run():
    from peer_wav2vec2 import make_run

    runs = {}

    def run(settings, seconds, threads):
        key = (json.dumps(settings), seconds)
        if key not in runs:
            runs[key] = make_run(settings, seconds, threads)
            runs[key]()
        runs[key]()

    return run


if __name__ == '__main__':
    if sys.argv[1:] == ['serve']:
        serve({'run': peer_run()})
    else:
        run_all()
