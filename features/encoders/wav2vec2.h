/* wav2vec2.h: wav2vec 2.0, HuBERT and MERT, which are one network with four switches: strided
 * convolutions over the samples, a projection, a positional convolution, a transformer.
 * Baevski et al. 2020 (arXiv 2006.11477), Hsu et al. 2021 (2106.07447), Li et al. 2023
 * (2306.00107), as transformers 4.57 computes them (models/wav2vec2, models/hubert) in evaluation
 * mode. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_H
#define FEATURES_ENCODERS_WAV2VEC2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

enum { WAV2VEC2_CONVS_MAX = 8 };

typedef struct {
    char family[24]; /* model_type: "wav2vec2", "hubert", "mert" */
    bool norm_every_conv; /* layer norm after every convolution ("layer"), else group norm after the
                             first ("group") */
    bool conv_bias;
    bool pre_norm; /* do_stable_layer_norm: pre-LN transformer */
    bool projection_norm; /* layer norm before the projection */
    bool normalise; /* what enters has mean 0 and variance 1: wav2vec2_normalise */
    size_t convs, dim[WAV2VEC2_CONVS_MAX], kernel[WAV2VEC2_CONVS_MAX], stride[WAV2VEC2_CONVS_MAX];
    size_t width, inner, heads, layers; /* of the transformer */
    size_t position_kernel, position_groups;
    double epsilon; /* of the layer norms after the convolutions */
    double rate; /* samples a second */
} Wav2vec2Config;

typedef struct Wav2vec2 Wav2vec2;

/* Reads config.json, and preprocessor_config.json if there is one, of a checkpoint's folder.
 * Refuses what is not computed here, by name. Errors begin with a path. */
int wav2vec2_config_read(const char *folder, Wav2vec2Config *out, Error *err);

/* Reads a checkpoint's folder. The weights of pretraining (quantizer, project_q, project_hid,
 * masked_spec_embed, lm_head) are ignored; whatever else is missing, of another shape or too many
 * is refused by name. *out is NULL on error. Errors begin with a path. */
int wav2vec2_load(const char *folder, Wav2vec2 **out, Error *err);
void wav2vec2_free(Wav2vec2 *m);
const Wav2vec2Config *wav2vec2_config(const Wav2vec2 *m);
/* A sum of all weights (lib/base/checksum.h), whichever kind of file they came from. */
uint64_t wav2vec2_print(const Wav2vec2 *m);

/* Either of these once, before anything is run: weights in the order in which products read them,
 * so that they need not be copied for each; or rounded to bfloat16, as are inputs as they come. */
int wav2vec2_pack(Wav2vec2 *m, Error *err);
int wav2vec2_use_bfloat16(Wav2vec2 *m, Error *err);

/* Frames that so many samples give; 0 where they are too few for one. */
size_t wav2vec2_frames(const Wav2vec2 *m, size_t samples);

/* y = (x - mean) / sqrt(variance + 1e-7), as Wav2Vec2FeatureExtractor; y may be x. */
void wav2vec2_normalise(const float *x, size_t n, float *y);

/* Is given each stage as it is computed, x [rows, columns]: input_values [1, samples], conv_0 ...,
 * features_normed, projected, pos_conv, layer_0_attention, layer_0_feed_forward. */
typedef void Wav2vec2Stage(void *context, const char *name, const float *x, size_t rows,
                           size_t columns);

/* Is given hidden state i, x [frames, width], as transformers numbers them: 0 enters the first
 * layer, i leaves layer i; the last is last_hidden_state (with pre_norm only that one is
 * normalised). */
typedef void Wav2vec2Hidden(void *context, size_t i, const float *x, size_t frames);

/* The first convolution with the group norm folded in, whose statistics are those of these samples.
 * Windows of a song that share it differ from the song seen at once by their attention only. */
typedef struct Wav2vec2First Wav2vec2First;
int wav2vec2_first_new(const Wav2vec2 *m, const float *samples, size_t count, Wav2vec2First **out,
                       Error *err);
void wav2vec2_first_free(Wav2vec2First *f);

/* Hidden states 0 to `last`, at most the number of layers. samples: mono, at the config's rate,
 * normalised if it says so. first: NULL for the statistics of these samples. stage may be NULL.
 * Refuses too few samples. Threads are OpenMP's; inside a parallel region it stays on its thread.
 */
int wav2vec2_run(const Wav2vec2 *m, const Wav2vec2First *first, const float *samples, size_t count,
                 size_t last, Wav2vec2Hidden *take, Wav2vec2Stage *stage, void *context,
                 Error *err);

#endif
