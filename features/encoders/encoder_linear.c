#include "features/encoders/encoder_linear.h"

EncoderLinear encoder_linear(Affine a, size_t out, size_t in) {
    return (EncoderLinear){.full = {.transposed = true, .n = out, .k = in, .b = a.weight},
                           .bias = a.bias};
}

int encoder_linear_prepare(EncoderLinear *l, bool bfloat16, WeightBlocks *blocks, Error *err) {
    MatmulWeights *w = &l->full;
    if (!bfloat16) return weight_blocks_pack(blocks, w, err);
    if (bf16_matrix(&l->half, bf16_kernel(), w->n, w->k, w->b, err)) return -1;
    weight_blocks_drop(blocks, w->b);
    w->b = NULL;
    return 0;
}

void encoder_linear_free(EncoderLinear *l) {
    matmul_weights_free(&l->full);
    bf16_matrix_free(&l->half);
}

int encoder_block_prepare(EncoderBlock *b, bool bfloat16, WeightBlocks *blocks, Error *err) {
    return encoder_linear_prepare(&b->qkv, bfloat16, blocks, err) ||
                   encoder_linear_prepare(&b->out, bfloat16, blocks, err) ||
                   encoder_linear_prepare(&b->up, bfloat16, blocks, err) ||
                   encoder_linear_prepare(&b->down, bfloat16, blocks, err)
               ? -1
               : 0;
}

void encoder_block_free(EncoderBlock *b) {
    encoder_linear_free(&b->qkv);
    encoder_linear_free(&b->out);
    encoder_linear_free(&b->up);
    encoder_linear_free(&b->down);
}

void encoder_linear_run(const EncoderLinear *l, const float *x, size_t rows, const float *onto,
                        void *rounded, float *y) {
    if (l->half.data)
        bf16_product(&l->half, 0, l->half.out, rows, x, l->bias, onto, rounded, y);
    else
        matmul_by_weights(&l->full, rows, x, l->full.k, l->bias, onto, y, l->full.n);
}
