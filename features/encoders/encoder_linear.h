/* encoder_linear.h: linear layers whose weights are brought, once, into the order in which products
 * read them. */
#ifndef FEATURES_ENCODERS_ENCODER_LINEAR_H
#define FEATURES_ENCODERS_ENCODER_LINEAR_H

#include "features/encoders/checkpoint.h"
#include "lib/nn/kernels/bfloat16.h"

typedef struct {
    MatmulWeights full; /* [out, in] */
    float *bias; /* [out] or NULL; borrowed */
    Bf16Matrix half; /* the same in bfloat16, instead of full; else data is NULL */
} EncoderLinear;

/* As it was read: weights are borrowed. */
EncoderLinear encoder_linear(Affine a, size_t out, size_t in);

/* Packs the weights, or rounds them to bfloat16, and frees what they were read into, which is one
 * of the blocks. */
int encoder_linear_prepare(EncoderLinear *l, bool bfloat16, WeightBlocks *blocks, Error *err);
void encoder_linear_free(EncoderLinear *l);

/* Those of a transformer's block. */
typedef struct {
    EncoderLinear qkv; /* of queries, keys and values, below each other */
    EncoderLinear out, up, down;
} EncoderBlock;

/* encoder_linear_prepare, and _free, of all four. */
int encoder_block_prepare(EncoderBlock *b, bool bfloat16, WeightBlocks *blocks, Error *err);
void encoder_block_free(EncoderBlock *b);

/* y [rows, out] = x [rows, in] W^T + bias + onto; onto may be y or NULL. rounded: where the weights
 * are in bfloat16, room as bf16_input_size says. */
void encoder_linear_run(const EncoderLinear *l, const float *x, size_t rows, const float *onto,
                        void *rounded, float *y);

#endif
