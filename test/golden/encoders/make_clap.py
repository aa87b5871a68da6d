"""Writes clap/: a tiny model of CLAP's audio tower as transformers 4.57 saves it, and every stage of
a clip's way through it, computed by transformers in float64 (the mel spectrogram by its feature
extractor): python3 test/golden/encoders/make_clap.py"""

import json
import math
import pathlib

import numpy
import torch
from transformers import ClapAudioConfig, ClapAudioModelWithProjection, ClapFeatureExtractor

folder = pathlib.Path(__file__).parent / "clap"
AUDIO = {
    "spec_size": 16,
    "num_mel_bins": 8,
    "window_size": 2,
    "patch_size": 2,
    "patch_stride": [2, 2],
    "depths": [2, 1],
    "num_attention_heads": [2, 1],
    "patch_embeds_hidden_size": 4,
    "hidden_size": 8,
    "projection_dim": 6,
}
FRONT = {
    "feature_size": 8,
    "sampling_rate": 4000,
    "hop_length": 16,
    "max_length_s": 0.115,
    "fft_window_size": 64,
    "frequency_min": 50,
    "frequency_max": 1500,
    "truncation": "rand_trunc",
    "padding": "repeatpad",
}


def fill(model):
    """Nothing is 0 or 1, so that a forgotten bias or scale shows; log mels are in decibels."""
    g = torch.Generator().manual_seed(3)
    for name, p in [*model.named_parameters(), *model.named_buffers()]:
        if not p.is_floating_point():
            continue
        x = torch.randn(p.shape, generator=g)
        if "running_mean" in name:
            x = -40 + 5 * x
        elif "running_var" in name:
            x = 200 + 50 * x.clamp(-2, 2)
        elif p.dim() > 1 and "table" not in name:
            x = x * 1.2 / math.sqrt(p[0].numel())
        else:
            x = x * 0.3 + (1 if "norm" in name and "weight" in name else 0)
        p.data.copy_(x)
    return model


def samples(n):
    g = torch.Generator().manual_seed(4)
    t = torch.arange(n) / 4000
    tone = 0.4 * torch.sin(2 * math.pi * (300 + 900 * t) * t)
    return (tone + 0.05 * torch.randn(n, generator=g)).float().numpy()


def main():
    c = ClapAudioConfig(
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, drop_path_rate=0.0, **AUDIO
    )
    single = fill(ClapAudioModelWithProjection(c).eval())
    model = ClapAudioModelWithProjection(c).double().eval()
    model.load_state_dict(single.state_dict())
    extractor = ClapFeatureExtractor(**FRONT)
    extractor.nb_max_samples = 460
    sound = samples(205)  # fits twice, and zeros
    mel = extractor(sound, sampling_rate=4000, return_tensors="np").input_features[0, 0]
    stages = {"samples": sound, "mel": mel}
    encoder = model.audio_model.audio_encoder

    def keep(module, name, of=lambda o: o[0]):
        module.register_forward_hook(
            lambda _m, _i, o: stages.__setitem__(
                name, of(o[0] if isinstance(o, tuple) else o).detach().numpy().copy()
            )
        )

    keep(encoder.batch_norm, "batch_norm", lambda o: o[0, :, :, 0].T)
    keep(encoder.patch_embed, "patch_embed")
    blocks = encoder.layers[0].blocks
    keep(blocks[0].attention, "stage_0_block_0_attention_windows", lambda o: o)
    keep(blocks[0], "stage_0_block_0")
    keep(blocks[1], "stage_0_block_1_shifted")
    for i, layer in enumerate(encoder.layers):
        keep(layer, f"stage_{i}")
    keep(encoder.norm, "norm")
    x = torch.from_numpy(mel).double()[None, None]
    with torch.no_grad():
        image = encoder.reshape_mel2img(encoder.batch_norm(x.transpose(1, 3)).transpose(1, 3))
        out = model(input_features=x)
        pooled = model.audio_model(input_features=x).pooler_output
    stages["image"] = image[0, 0].numpy()
    stages["last_hidden_state"] = out.last_hidden_state[0].numpy()
    stages["frames"] = out.last_hidden_state[0].mean(1).T.numpy()
    stages["pooled"] = pooled[0].numpy()
    stages["audio_embeds"] = out.audio_embeds[0].numpy()
    stages["audio_embeds_normalized"] = torch.nn.functional.normalize(out.audio_embeds)[0].numpy()
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(
        json.dumps(
            {"model_type": "clap", "audio_config": {**AUDIO, "enable_fusion": False}}, indent=1
        )
        + "\n"
    )
    (folder / "preprocessor_config.json").write_text(
        json.dumps({**FRONT, "nb_max_samples": 460, "top_db": None}, indent=1) + "\n"
    )
    tensors = {k: v.clone() for k, v in single.state_dict().items()}
    tensors["logit_scale_a"] = torch.tensor(2.0)
    tensors["text_model.embeddings.word_embeddings.weight"] = torch.zeros(2, 3)
    torch.save(tensors, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)
    numpy.savez_compressed(
        folder / "stages.npz", **{k: v.astype(numpy.float32) for k, v in stages.items()}
    )


main()
