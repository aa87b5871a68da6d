/* row_kernels.h: what networks that are only run (features/encoders/) do between matrix products.
 * On the calling thread, for the vectors that the processor has (lib/base/loops.h). */
#ifndef LIB_NN_KERNELS_ROW_KERNELS_H
#define LIB_NN_KERNELS_ROW_KERNELS_H

#include <stddef.h>

#include "lib/base/loops.h"

/* x <- x (1 + erf(x / sqrt(2))) / 2, the exact GELU (Hendrycks and Gimpel 2016): off by at most
 * 3e-7 max(1, |x|). */
void kernel_gelu_erf(float *x, size_t n);

/* y <- (x - mean) / sqrt(variance + epsilon) weight + bias, over each of the rows [n], whose
 * variance is that of the population; y may be x. (Ba et al. 2016) */
void kernel_layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t rows, size_t n, float *y);

/* x <- exp(x) / sum(exp(x)), over each of the rows [n], n > 0. */
void kernel_softmax(float *x, size_t rows, size_t n);

/* The three for one kind of vectors. */
typedef struct {
    void (*gelu_erf)(float *x, size_t n);
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t rows, size_t n, float *y);
    void (*softmax)(float *x, size_t rows, size_t n);
} RowKernels;

LOOPS_DECLARE(RowKernels, row_kernels);

#endif
