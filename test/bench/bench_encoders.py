"""Learnt encoders of music: encode-music, its start and the reading of weights included, beside the
encoders' own libraries, warm, at the published sizes with random weights. Processor time of one
thread, as long as CLOCK does not say otherwise."""

import os
import struct
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), '../../scripts/parity'))
from bench_tools import Peer, command, folder, importable, paired, program, row, serve, wanted

STAGE = 'encoders'
CLAP_SECONDS, WAV2CLIP_SECONDS = 120, 20
models = {}  # of the peer's process


def write_sound(path, rate, x):
    """A wav of float32, which enters as it is."""
    data = x.tobytes()
    with open(path, 'wb') as f:
        f.write(
            struct.pack(
                '<4sI4s4sIHHIIHH',
                b'RIFF',
                36 + len(data),
                b'WAVE',
                b'fmt ',
                16,
                3,
                1,
                rate,
                4 * rate,
                4,
                32,
            )
        )
        f.write(struct.pack('<4sI', b'data', len(data)) + data)
    return path


def clap_make(path, size):
    import encoder_peer

    models['clap'] = encoder_peer.Clap(path, size)
    x = models['sound'] = encoder_peer.sound(48000, CLAP_SECONDS)
    write_sound(os.path.join(path, 'song.wav'), 48000, x)


def clap_run():
    models['clap'].embed(list(models['sound'].reshape(-1, 480000)))


def wav2clip_make(path):
    import encoder_peer

    models['wav2clip'] = encoder_peer.Wav2clip(path)
    x = models['sound'] = encoder_peer.sound(15360, WAV2CLIP_SECONDS)
    write_sound(os.path.join(path, 'song.wav'), 15360, x)


def wav2clip_run():
    models['wav2clip'].stages(models['sound'].reshape(-1, 512))


def encode(path, threads, *options):
    return command(
        [
            program('encode-music'),
            '-q',
            '-j',
            threads,
            '--model',
            path,
            '--native',
            *options,
            '-o',
            os.path.join(path, 'out.npz'),
            os.path.join(path, 'song.wav'),
        ],
        threads,
    )


def main():
    needs = 'torch transformers numpy'
    if not importable(*needs.split()):
        return  # the weights are the peer's to make
    for case, make, run, options, target in (
        ('CLAP htsat-unfused, 120 s', ('clap_make', 'htsat'), 'clap_run', (), 1.3),
        ('CLAP larger_clap_music, 120 s', ('clap_make', 'larger'), 'clap_run', (), 1.3),
        (
            'Wav2CLIP, 20 s at 30 rows a second',
            ('wav2clip_make',),
            'wav2clip_run',
            ('--preset', 'gcdance'),
            1.0,
        ),
    ):
        if not wanted(STAGE, case):
            continue
        path = folder()
        with Peer(__file__, threads=1, needs=needs) as peer:
            peer.call(make[0], path, *make[1:])
            row(
                STAGE,
                case + ', 1 thread',
                paired(encode(path, 1, *options), peer.timer(run)),
                target,
            )


if sys.argv[1:] == ['serve']:
    serve({f.__name__: f for f in (clap_make, clap_run, wav2clip_make, wav2clip_run)})
else:
    main()
