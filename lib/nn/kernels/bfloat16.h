/* bfloat16.h: products with weights kept in bfloat16 (8 bits of significand, float's exponent),
 * sums in float.
 *
 * Half the memory traffic of float, and instructions for it on some processors: Intel's AMX tiles,
 * else AVX512-BF16, else plain code that compilers vectorise. The weights are rounded once and kept
 * in the order in which the products read them; the input is rounded at each product. Rounding is
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

/* W [out, in], as the kernels read it. */
typedef struct {
    size_t out, in;
    uint16_t *data; /* owned */
} Bf16Matrix;

int bf16_matrix(Bf16Matrix *m, size_t out, size_t in, const real *w, Error *err);
void bf16_matrix_free(Bf16Matrix *m);

/* The weights of a network that are kept so. */
typedef struct {
    Bf16Kernel kernel;
    Bf16Matrix *matrices; /* one for each parameter; data is NULL where it stays in float */
    uint16_t *input; /* room for the largest input */
} Bf16Weights;

/* Room for the rounded input of a product, in uint16_t. */
size_t bf16_input_size(size_t rows, size_t in);

/* y [rows, out] = x [rows, in] W[first ..]^T + bias + onto; bias [out] and onto [rows, out] may be
 * NULL; input: bf16_input_size, aligned to 64 bytes. Runs on all threads. */
void bf16_product(Bf16Kernel k, const Bf16Matrix *w, size_t first, size_t out, size_t rows,
                  const real *x, const real *bias, const real *onto, uint16_t *input, real *y);

#endif
