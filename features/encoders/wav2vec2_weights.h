/* wav2vec2_weights.h: the weights of wav2vec2.h as its network takes them. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H
#define FEATURES_ENCODERS_WAV2VEC2_WEIGHTS_H

#include "features/encoders/encoder_linear.h"
#include "features/encoders/wav2vec2.h"

/* half, halves: the same in bfloat16, where it is to be used; else their data is NULL. */
typedef struct {
    float *taps; /* [kernel, in, out]; of the first: the others' are in product */
    MatmulWeights product;
    Bf16Matrix half; /* [out, kernel in] */
    float *bias; /* [out] or NULL */
    Affine norm; /* or NULLs */
} ConvWeights;

typedef struct {
    EncoderBlock linear;
    Affine attention_norm, final_norm;
} LayerWeights;

struct Wav2vec2 {
    Wav2vec2Config config;
    ConvWeights convs[WAV2VEC2_CONVS_MAX];
    Affine features_norm;
    EncoderLinear projection;
    float *position_taps; /* [groups, kernel, in, out] */
    Bf16Matrix *position_halves; /* of each group, [out, kernel in]; or NULL */
    bool position_rounded; /* what meets the taps is rounded to bfloat16 */
    float *position_bias;
    Affine encoder_norm;
    LayerWeights *layers;
    WeightBlocks blocks; /* owns every array above */
};

#endif
