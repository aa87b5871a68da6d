/* For AMX and AVX512-BF16 weights lie in tiles of 16 outputs by 32 inputs, AMX's own: 16 rows, one
 * for each pair of inputs, of 16 pairs, one for each output. Tiles of the same outputs follow each
 * other. Everything is filled up with zeros to whole tiles. */
#include "lib/nn/kernels/bfloat16.h"

#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/base/threads.h"
#include "lib/nn/kernels/bfloat16_kernels.h"
#include "lib/nn/kernels/bfloat16_round.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"

Bf16Kernel bf16_kernel(void) { return (Bf16Kernel)choice(CHOICE_BF16); }

int bf16_check_training(Bf16Kernel k, bool forced, Error *err) {
    if (k != BF16_PLAIN || forced) return 0;
    return error_set(err,
                     "--precision bf16: this processor has neither AMX nor AVX512-BF16, without "
                     "which it is slower than float32; NEVERSTOP_USE=bf16=plain does it all "
                     "the same");
}

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

/* As floats, on all threads. */
static void round_all(const real *x, real *y, size_t n) {
    const ElementLoops *loops = loops_of_elements();
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->round(x + p.first, y + p.first, p.count);
    }
}

/* Rounded, in tiles. */
static void fill_tiles(const Bf16Matrix *m, const real *w) {
    size_t down = bf16_tiles(m->out, BF16_OUT), across = bf16_tiles(m->in, BF16_IN);
    const Bf16Operand operand = {w, m->in, false, m->out, m->in};
    uint16_t *tiles = m->data;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < down; i++)
        bf16_round_weights(m->kernel, &operand, (Bf16Strip){i, 0, m->in},
                           tiles + i * across * BF16_TILE);
}

int bf16_matrix(Bf16Matrix *m, Bf16Kernel kernel, size_t out, size_t in, const real *w,
                Error *err) {
    size_t tiles = bf16_tiles(out, BF16_OUT) * bf16_tiles(in, BF16_IN),
           bytes =
               kernel == BF16_PLAIN ? out * in * sizeof *w : tiles * BF16_TILE * sizeof(uint16_t);
    *m = (Bf16Matrix){.out = out, .in = in, .kernel = kernel, .data = memory_block(bytes)};
    if (!m->data) return error_set(err, "not enough memory for weights in bfloat16");
    if (kernel == BF16_PLAIN)
        round_all(w, m->data, out * in);
    else
        fill_tiles(m, w);
    return 0;
}

void bf16_matrix_free(Bf16Matrix *m) {
    free(m->data);
    *m = (Bf16Matrix){0};
}

size_t bf16_input_size(Bf16Kernel kernel, size_t rows, size_t in) {
    size_t numbers = bf16_tiles(rows, BF16_ROWS) * BF16_ROWS * bf16_tiles(in, BF16_IN) * BF16_IN;
    return numbers * (kernel == BF16_PLAIN ? sizeof(real) : sizeof(uint16_t));
}

void bf16_run(Bf16Kernel k, const Bf16Job *job, Part rows, Part tiles) {
    enum { INPUT_KEPT = 1 << 18 }; /* bytes of input that stay in the second-level cache */
    Bf16Part *part = part_of_kernel(k);
    size_t stride = job->input_stride,
           block = INPUT_KEPT / (stride * sizeof *job->input * BF16_ROW_UNIT) * BF16_ROW_UNIT;
    if (block == 0) block = BF16_ROW_UNIT;
    for (size_t row = rows.first; row < rows.first + rows.count; row += block) {
        Bf16Job some = *job;
        size_t left = rows.first + rows.count - row;
        some.rows = left < block ? left : block;
        some.input += row * stride;
        some.y += row * job->stride;
        if (job->onto) some.onto += row * job->stride;
        part(&some, tiles.first, tiles.first + tiles.count);
    }
}

static void tiled_product(const Bf16Matrix *w, size_t first, size_t out, size_t rows, const real *x,
                          const real *bias, const real *onto, uint16_t *input, real *y) {
    size_t above = first / BF16_OUT, down = bf16_tiles(first + out, BF16_OUT) - above, /* tiles */
        across = bf16_tiles(w->in, BF16_IN), high = bf16_tiles(rows, BF16_ROWS);
    const Bf16Operand operand = {x, w->in, false, rows, w->in};
    const Bf16Job job = {.rows = rows,
                         .first = first,
                         .out = out,
                         .input_stride = across * BF16_IN,
                         .stride = out,
                         .across = across,
                         .weights = w->data,
                         .input = input,
                         .bias = bias,
                         .onto = onto,
                         .y = y};
#pragma omp parallel if (rows * out * w->in > WORTH_THREADS)
    {
#pragma omp for schedule(static)
        for (size_t i = 0; i < high; i++)
            bf16_round_input(w->kernel, &operand, (Bf16Strip){i, 0, w->in},
                             input + i * BF16_ROWS * across * BF16_IN);
        Part mine = threads_part(down, 1);
        bf16_run(w->kernel, &job, (Part){0, rows}, (Part){above + mine.first, mine.count});
    }
}

void bf16_product(const Bf16Matrix *w, size_t first, size_t out, size_t rows, const real *x,
                  const real *bias, const real *onto, void *input, real *y) {
    if (w->kernel != BF16_PLAIN) {
        tiled_product(w, first, out, rows, x, bias, onto, input, y);
        return;
    }
    const real *weights = w->data;
    round_all(x, input, rows * w->in);
    matmul_nt_onto(rows, out, w->in, input, w->in, weights + first * w->in, w->in, bias, onto, y,
                   out);
}

/* --- rows of numbers that are rounded already --- */

/* Numbers from the first to behind the last that a product reads. */
static size_t numbers_read(Bf16Kernel kernel, size_t rows, size_t stride, size_t in) {
    if (kernel == BF16_PLAIN) return (rows - 1) * stride + in;
    return (bf16_tiles(rows, BF16_ROWS) * BF16_ROWS - 1) * stride +
           bf16_tiles(in, BF16_IN) * BF16_IN;
}

size_t bf16_rows_size(Bf16Kernel kernel, size_t rows, size_t stride, size_t in) {
    return numbers_read(kernel, rows, stride, in) *
           (kernel == BF16_PLAIN ? sizeof(real) : sizeof(uint16_t));
}

void bf16_round_numbers(Bf16Kernel kernel, const real *x, size_t n, void *to, size_t at) {
    if (kernel == BF16_PLAIN)
        loops_of_elements()->round(x, (real *)to + at, n);
    else
        bf16_round_row(kernel, x, n, (uint16_t *)to + at);
}

void bf16_end_rows(Bf16Kernel kernel, size_t rows, size_t stride, size_t in, void *input) {
    const size_t there = (rows - 1) * stride + in;
    if (kernel == BF16_PLAIN) return;
    memset((uint16_t *)input + there, 0,
           (numbers_read(kernel, rows, stride, in) - there) * sizeof(uint16_t));
}

void bf16_product_rows(const Bf16Matrix *w, const void *input, size_t first, size_t stride,
                       size_t rows, const real *bias, real *y, size_t y_stride) {
    if (w->kernel == BF16_PLAIN) {
        const MatmulWeights plain = {.transposed = true, .n = w->out, .k = w->in, .b = w->data};
        matmul_by_weights(&plain, rows, (const real *)input + first, stride, bias, NULL, y,
                          y_stride);
        return;
    }
    const Bf16Job job = {.rows = rows,
                         .out = w->out,
                         .input_stride = stride,
                         .stride = y_stride,
                         .across = bf16_tiles(w->in, BF16_IN),
                         .weights = w->data,
                         .input = (const uint16_t *)input + first,
                         .bias = bias,
                         .y = y};
    bf16_run(w->kernel, &job, (Part){0, rows}, (Part){0, bf16_tiles(w->out, BF16_OUT)});
}
