/* Weights lie in tiles of 16 outputs by 32 inputs, AMX's own: 16 rows, one for each pair of inputs,
 * of 16 pairs, one for each output. Tiles of the same outputs follow each other. Everything is
 * filled up with zeros to whole tiles. */
#include "lib/nn/kernels/bfloat16.h"

#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/base/threads.h"
#include "lib/nn/kernels/bfloat16_kernels.h"

Bf16Kernel bf16_kernel(void) { return (Bf16Kernel)choice(CHOICE_BF16); }

static Bf16Part *part_of_kernel(Bf16Kernel kernel) {
    switch (kernel) {
    case BF16_AMX:
        return bf16_amx;
    case BF16_AVX512:
        return bf16_avx512;
    default:
        return bf16_plain;
    }
}

static size_t tiles(size_t n, size_t size) { return (n + size - 1) / size; }

static uint16_t rounded(real value) {
    float x = (float)value;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t near = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return (uint16_t)(x == x ? near : 0x7fc0); /* a carry must not turn NaN into a number */
}

int bf16_matrix(Bf16Matrix *m, size_t out, size_t in, const real *w, Error *err) {
    size_t down = tiles(out, BF16_OUT), across = tiles(in, BF16_IN);
    *m = (Bf16Matrix){
        .out = out, .in = in, .data = memory_block(down * across * BF16_TILE * sizeof(uint16_t))};
    if (!m->data) return error_set(err, "not enough memory for weights in bfloat16");
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < down; i++) {
        uint16_t *tile = m->data + i * across * BF16_TILE;
        memset(tile, 0, across * BF16_TILE * sizeof *tile);
        for (size_t r = 0; r < BF16_OUT && i * BF16_OUT + r < out; r++) {
            const real *row = w + (i * BF16_OUT + r) * in;
            for (size_t k = 0; k < in; k++)
                tile[k / 2 * 2 * BF16_OUT + 2 * r + k % 2] = rounded(row[k]);
        }
    }
    return 0;
}

void bf16_matrix_free(Bf16Matrix *m) {
    free(m->data);
    *m = (Bf16Matrix){0};
}

size_t bf16_input_size(size_t rows, size_t in) {
    return tiles(rows, BF16_ROWS) * BF16_ROWS * tiles(in, BF16_IN) * BF16_IN;
}

static void round_input(size_t rows, size_t in, const real *x, uint16_t *to) {
    size_t stride = tiles(in, BF16_IN) * BF16_IN, all = tiles(rows, BF16_ROWS) * BF16_ROWS;
#pragma omp parallel for schedule(static) if (rows * in > WORTH_THREADS)
    for (size_t i = 0; i < all; i++) {
        uint16_t *row = to + i * stride;
        size_t n = i < rows ? in : 0;
        for (size_t k = 0; k < n; k++) row[k] = rounded(x[i * in + k]);
        memset(row + n, 0, (stride - n) * sizeof *row);
    }
}

void bf16_product(Bf16Kernel k, const Bf16Matrix *w, size_t first, size_t out, size_t rows,
                  const real *x, const real *bias, const real *onto, uint16_t *input, real *y) {
    enum {
        INPUT_KEPT = 1 << 20
    }; /* bytes of input that stay in the second-level cache while the weights pass */
    size_t above = first / BF16_OUT, down = tiles(first + out, BF16_OUT) - above; /* tiles */
    Bf16Job job = {.rows = rows,
                   .first = first,
                   .out = out,
                   .across = tiles(w->in, BF16_IN),
                   .weights = w->data,
                   .input = input,
                   .bias = bias,
                   .onto = onto,
                   .y = y};
    Bf16Part *part = part_of_kernel(k);
    round_input(rows, w->in, x, input);
#pragma omp parallel if (rows * out * w->in > WORTH_THREADS)
    {
        Part mine = threads_part(down, 1);
        size_t stride = job.across * BF16_IN,
               block = INPUT_KEPT / (stride * sizeof *input * 2 * BF16_ROWS) * 2 * BF16_ROWS;
        if (block == 0) block = 2 * BF16_ROWS;
        for (size_t row = 0; row < rows; row += block) {
            Bf16Job some = job;
            some.rows = rows - row < block ? rows - row : block;
            some.input += row * stride;
            some.y += row * out;
            if (onto) some.onto += row * out;
            part(&some, above + mine.first, above + mine.first + mine.count);
        }
    }
}
