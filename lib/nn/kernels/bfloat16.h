/* bfloat16.h: products with weights rounded to bfloat16 (8 bits of significand, float's exponent),
 * sums in float.
 *
 * Some processors have instructions for them, with half the memory traffic of float: Intel's AMX
 * tiles, else AVX512-BF16. Elsewhere ("plain") the rounded numbers are multiplied as floats. The
 * weights are rounded once and kept in the order in which the products read them; the input is
 * rounded at each product. Rounding is
 * to nearest, ties to even: a product's error is about 2^-9 of the sum of its terms' sizes. */
#ifndef LIB_NN_KERNELS_BFLOAT16_H
#define LIB_NN_KERNELS_BFLOAT16_H

#include <stdint.h>

#include "lib/base/choices.h"
#include "lib/base/error.h"
#include "lib/nn/real.h"

/* The fastest that the machine offers, or what NEVERSTOP_USE says (choices.h). */
Bf16Kernel bf16_kernel(void);

/* Refuses to train with a kernel that gains nothing, unless it was asked for by name. */
int bf16_check_training(Bf16Kernel k, bool forced, Error *err);

/* W [out, in], as the kernel reads it. */
typedef struct {
    size_t out, in;
    Bf16Kernel kernel;
    void *data; /* owned: uint16_t, or real where the kernel is BF16_PLAIN */
} Bf16Matrix;

int bf16_matrix(Bf16Matrix *m, Bf16Kernel kernel, size_t out, size_t in, const real *w, Error *err);
void bf16_matrix_free(Bf16Matrix *m);

/* The weights of a network that are kept so. */
typedef struct {
    Bf16Matrix *matrices; /* one for each parameter; data is NULL where it stays in float */
    void *input; /* room for the largest input */
} Bf16Weights;

/* Room for the rounded input of a product, in bytes. */
size_t bf16_input_size(Bf16Kernel kernel, size_t rows, size_t in);

/* y [rows, out] = x [rows, in] W[first ..]^T + bias + onto; bias [out] and onto [rows, out] may be
 * NULL; input: bf16_input_size, aligned to 64 bytes. Runs on all threads. */
void bf16_product(const Bf16Matrix *w, size_t first, size_t out, size_t rows, const real *x,
                  const real *bias, const real *onto, void *input, real *y);

/* --- rows of numbers that are rounded before, for a convolution's, which share some --- */

/* Bytes of a room for rows of `in` numbers that begin `stride` <= in of them apart. */
size_t bf16_rows_size(Bf16Kernel kernel, size_t rows, size_t stride, size_t in);
/* x [n] to the numbers at ... of a room. On the calling thread. */
void bf16_round_numbers(Bf16Kernel kernel, const real *x, size_t n, void *input, size_t at);
/* Sets to zero what products read behind the last row. */
void bf16_end_rows(Bf16Kernel kernel, size_t rows, size_t stride, size_t in, void *input);
/* y [rows, out], whose rows are y_stride apart, = rows of w->in numbers, the first of them from
 * number `first` of the input on, times W^T + bias, which may be NULL. On the calling thread. */
void bf16_product_rows(const Bf16Matrix *w, const void *input, size_t first, size_t stride,
                       size_t rows, const real *bias, real *y, size_t y_stride);

#endif
