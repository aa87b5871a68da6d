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

/* NAME.weight [out, in] and, if there is a bias, NAME.bias [out], as the loader reads them. Nothing
 * where that failed. */
EncoderLinear encoder_linear_load(WeightLoader *l, size_t out, size_t in, bool bias,
                                  const char *name);
/* Queries, keys and values of an input [n] as one layer: BEFORE and each of the names are three
 * [n, n] of them. */
EncoderLinear encoder_qkv_load(WeightLoader *l, size_t n, bool bias, const char *before,
                               const char *const names[3]);

/* Packs the weights, or rounds them to bfloat16, and frees what they were read into if it is one of
 * the blocks. */
int encoder_linear_prepare(EncoderLinear *l, bool bfloat16, WeightBlocks *blocks, Error *err);
void encoder_linear_free(EncoderLinear *l);

/* The same layer packed for the products that come next, into so many floats (0: there is nothing
 * to pack); nothing of it is to be freed. For layers that see too few rows to keep them packed. */
size_t encoder_linear_room(const EncoderLinear *l);
EncoderLinear encoder_linear_packed(const EncoderLinear *l, float *room);

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
