/* wav2vec2_weights.h: the weights of wav2vec2.h as its network takes them. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H
#define FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H

#include "features/encoders/checkpoint.h"
#include "features/encoders/wav2vec2.h"

typedef struct {
    float *taps; /* [kernel, in, out] */
    float *bias; /* [out] or NULL */
    Affine norm; /* or NULLs */
} ConvWeights;

typedef struct {
    Affine query, key, value, out, attention_norm, up, down, final_norm;
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
