"""Compares encode-music with transformers' Wav2Vec2Model and HubertModel: small models of random
weights with every switch of the family, saved as transformers saves them and as PyTorch does, and
sounds of odd lengths. Needs the executables in $BIN (default bin/)."""

import json
import os
import struct
import tempfile

import numpy as np
import torch
import transformers
from parity_tools import Table, program

transformers.logging.set_verbosity_error()
SMALL = {
    'hidden_size': 48,
    'intermediate_size': 80,
    'num_attention_heads': 4,
    'num_hidden_layers': 3,
    'conv_dim': [24] * 7,
    'num_conv_pos_embeddings': 16,
    'num_conv_pos_embedding_groups': 4,
}
# name, model_type, rate, what differs from the configuration's defaults
MODELS = (
    ('wav2vec2, group norm, post-LN', 'wav2vec2', 16000, {}),
    (
        'wav2vec2, layer norm, pre-LN',
        'wav2vec2',
        16000,
        {'feat_extract_norm': 'layer', 'conv_bias': True, 'do_stable_layer_norm': True},
    ),
    ('hubert, odd kernel', 'hubert', 16000, {'num_conv_pos_embeddings': 15}),
    ('hubert, no norm of features', 'hubert', 16000, {'feat_proj_layer_norm': False}),
    ('MERT, group norm, pre-LN', 'mert_model', 24000, {'do_stable_layer_norm': True}),
)
LENGTHS = (400, 719, 720, 7777, 24801)
TOLERANCE = 1e-5


def shake(model):
    """Every weight moved, so that no bias is 0 and no scale 1."""
    for p in model.parameters():
        scale = 0.1 if p.dim() == 1 else 0.3 * float(p.detach().std()) + 1e-3
        p.data += scale * torch.randn_like(p)


def save(model, kind, rate, folder, pickled):
    model.save_pretrained(folder)
    path = os.path.join(folder, 'config.json')
    with open(path, encoding='utf-8') as f:
        config = json.load(f)
    config['model_type'] = kind
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(config, f)
    with open(os.path.join(folder, 'preprocessor_config.json'), 'w', encoding='utf-8') as f:
        json.dump({'do_normalize': True, 'sampling_rate': rate}, f)
    if pickled:
        os.remove(os.path.join(folder, 'model.safetensors'))
        torch.save(model.state_dict(), os.path.join(folder, 'pytorch_model.bin'))


def write_wav(path, samples, rate):
    """A wav of float32, which is taken as it is."""
    data = np.asarray(samples, '<f4').tobytes()
    form = struct.pack('<IHHIIHH', 16, 3, 1, rate, 4 * rate, 4, 32)
    with open(path, 'wb') as f:
        f.write(b'RIFF' + struct.pack('<I', 36 + len(data)) + b'WAVEfmt ' + form)
        f.write(b'data' + struct.pack('<I', len(data)) + data)


def reference(model, samples, rate):
    """All hidden states, in float64, of the samples as the published extractor normalises them."""
    extractor = transformers.Wav2Vec2FeatureExtractor(sampling_rate=rate, do_normalize=True)
    values = extractor(samples, sampling_rate=rate, return_tensors='pt').input_values
    with torch.inference_mode():
        out = model(values.double(), output_hidden_states=True)
    return [h[0].numpy() for h in out.hidden_states]


def compare(table, name, kind, rate, changes, folder):
    if kind == 'wav2vec2':
        model = transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(**{**SMALL, **changes}))
    else:
        model = transformers.HubertModel(transformers.HubertConfig(**{**SMALL, **changes}))
    shake(model)
    model.eval()
    save(model, kind, rate, folder, pickled=kind == 'mert_model')
    model.double()
    rng = np.random.default_rng(1)
    sound, stages, result = (os.path.join(folder, f) for f in ('x.wav', 's.npz', 'o.npz'))
    for length in LENGTHS:
        samples = (0.3 * rng.standard_normal(length) + 0.05).astype(np.float32)
        write_wav(sound, samples, rate)
        written = ('--stages-out', stages, '-o', result)
        program('encode-music', '--model', folder, '--native', *written, sound)
        ours, worst = np.load(stages), 0
        wanted = reference(model, samples, rate)
        for i, h in enumerate(wanted):
            rms = np.sqrt((h**2).mean())
            worst = max(worst, np.abs(ours[f'hidden_{i:02}'] - h).max() / rms)
        mean = np.mean(wanted, axis=0)
        rms = np.sqrt((mean**2).mean())
        worst = max(worst, np.abs(np.load(result)['features'] - mean).max() / rms)
        table.add(f'{name}, {length} samples', worst, TOLERANCE)


def main():
    torch.manual_seed(1)
    table = Table()
    for name, kind, rate, changes in MODELS:
        with tempfile.TemporaryDirectory() as folder:
            compare(table, name, kind, rate, changes, folder)
    table.end()


if __name__ == '__main__':
    main()
