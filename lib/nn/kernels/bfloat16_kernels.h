/* bfloat16_kernels.h: the kernels behind bfloat16.h. */
#ifndef LIB_NN_KERNELS_BFLOAT16_KERNELS_H
#define LIB_NN_KERNELS_BFLOAT16_KERNELS_H

#include "lib/base/part.h"
#include "lib/nn/kernels/bfloat16.h"

enum { BF16_OUT = 16, BF16_IN = 32, BF16_ROWS = 16, BF16_TILE = BF16_OUT * BF16_IN };
enum { BF16_ROW_UNIT = 96 }; /* rows that fill the blocks of every kernel */

static inline size_t bf16_tiles(size_t n, size_t size) { return (n + size - 1) / size; }

typedef struct {
    size_t rows, across; /* across: tiles side by side */
    size_t first, out; /* outputs that are wanted: the columns of y */
    size_t input_stride, stride; /* between rows of the input, of y */
    const uint16_t *weights; /* [tiles of outputs][across][BF16_TILE] */
    const uint16_t *input; /* [rows up to whole tiles], of across * BF16_IN that are read */
    const real *bias, *onto; /* or NULL; onto: as y */
    real *y;
} Bf16Job;

/* y's columns of the tiles first <= i < last of the weights. */
typedef void Bf16Part(const Bf16Job *job, size_t first, size_t last);
Bf16Part bf16_plain, bf16_avx512, bf16_amx; /* the last two only where choice_offered says so */

/* Those rows of y, and its columns of those tiles of the weights, with the rows of the input
 * passing the weights in blocks that stay in the second-level cache. On the calling thread. */
void bf16_run(Bf16Kernel k, const Bf16Job *job, Part rows, Part tiles);

/* Writes the part of a tile of sums that the result has, with what is added. */
static inline void bf16_store(const Bf16Job *j, size_t row, size_t tile, const float *sums) {
    size_t at = tile * BF16_OUT, left = at < j->first ? j->first - at : 0,
           end = j->first + j->out - at, cols = (end < BF16_OUT ? end : BF16_OUT) - left;
    size_t rows = j->rows - row < BF16_ROWS ? j->rows - row : BF16_ROWS, col = at + left - j->first;
    static const real none[BF16_OUT] = {0};
    const real *bias = j->bias ? j->bias + col : none,
               *onto = j->onto ? j->onto + row * j->stride + col : none;
    real *y = j->y + row * j->stride + col;
    const size_t down = j->onto ? j->stride : 0;
    for (size_t i = 0; i < rows; i++, y += j->stride, onto += down, sums += BF16_OUT) {
        if (cols == BF16_OUT) /* a length that compilers know */
            for (size_t k = 0; k < BF16_OUT; k++) y[k] = (real)sums[k] + bias[k] + onto[k];
        else
            for (size_t k = 0; k < cols; k++) y[k] = (real)sums[left + k] + bias[k] + onto[k];
    }
}

#endif
