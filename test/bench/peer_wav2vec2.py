"""transformers' wav2vec 2.0 and HuBERT (which computes MERT, too) as users run them: float32,
inference_mode, all hidden states. Weights are random: only time is measured here."""

import torch
import transformers


def make_run(settings, seconds, threads):
    """A function that encodes so many seconds of noise."""
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    known = {k: v for k, v in settings.items() if k not in ('model_type', 'sample_rate')}
    if settings['model_type'] == 'wav2vec2':
        model = transformers.Wav2Vec2Model(transformers.Wav2Vec2Config(**known))
    else:
        model = transformers.HubertModel(transformers.HubertConfig(**known))
    model.eval()
    samples = torch.randn(1, int(seconds * settings['sample_rate'])) * 0.3

    def run():
        with torch.inference_mode():
            model(samples, output_hidden_states=True)

    return run
