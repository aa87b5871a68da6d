/* wav2vec2_weights.h: the weights of wav2vec2.h as its network takes them. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H
#define FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H

#include "features/encoders/checkpoint.h"
#include "features/encoders/wav2vec2.h"
#include "lib/nn/kernels/bfloat16.h"

/* half: the same in bfloat16, where it is to be used; else data is NULL. */
typedef struct {
    float *taps; /* [kernel, in, out] */
    Bf16Matrix half[2]; /* [out, taps in]: of the first taps, up to a stride, and of the others */
    float *bias; /* [out] or NULL */
    Affine norm; /* or NULLs */
} ConvWeights;

typedef struct {
    Affine full;
    Bf16Matrix half;
} Wav2vec2Linear;

typedef struct {
    Wav2vec2Linear query, key, value, out, up, down;
    Affine attention_norm, final_norm;
} LayerWeights;

struct Wav2vec2 {
    Wav2vec2Config config;
    ConvWeights convs[WAV2VEC2_CONVS_MAX];
    Affine features_norm, projection;
    float *position_taps; /* [groups, kernel, in, out] */
    float *position_bias;
    Affine encoder_norm;
    LayerWeights *layers;
    WeightBlocks blocks; /* owns every array above */
};

#endif
