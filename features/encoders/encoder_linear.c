#include "features/encoders/encoder_linear.h"

static EncoderLinear linear(const float *weight, float *bias, size_t out, size_t in) {
    return (EncoderLinear){.full = {.transposed = true, .n = out, .k = in, .b = weight},
                           .bias = bias};
}

EncoderLinear encoder_linear_load(WeightLoader *l, size_t out, size_t in, bool bias,
                                  const char *name) {
    const float *weight = loader_view(l, 2, (size_t[]){out, in}, "%s.weight", name);
    return linear(weight, bias ? loader_take(l, 1, &out, "%s.bias", name) : NULL, out, in);
}

EncoderLinear encoder_qkv_load(WeightLoader *l, size_t n, bool bias, const char *before,
                               const char *const names[3]) {
    float *weights = loader_room(l, 3 * n * n), *biases = bias ? loader_room(l, 3 * n) : NULL;
    const size_t shape[] = {n, n};
    for (size_t i = 0; i < 3 && !l->failed; i++) {
        loader_read(l, 2, shape, weights + i * n * n, "%s%s.weight", before, names[i]);
        if (bias) loader_read(l, 1, &n, biases + i * n, "%s%s.bias", before, names[i]);
    }
    return linear(weights, biases, 3 * n, n);
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

size_t encoder_linear_room(const EncoderLinear *l) {
    return l->full.b ? matmul_packed_size(&l->full) : 0;
}

EncoderLinear encoder_linear_packed(const EncoderLinear *l, float *room) {
    EncoderLinear packed = *l;
    if (encoder_linear_room(l) > 0) packed.full = matmul_packed(&l->full, room);
    return packed;
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
