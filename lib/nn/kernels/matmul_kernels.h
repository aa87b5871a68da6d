/* matmul_kernels.h: the kernel of our own behind matmul.h. */
#ifndef LIB_NN_KERNELS_MATMUL_KERNELS_H
#define LIB_NN_KERNELS_MATMUL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/nn/real.h"

/* C [m, n] = alpha op(A) op(B) + beta D + bias, as matmul.h says; ta, tb: A is there as [k, m], B
 * as [n, k]; D [m, n] with rows as far apart as C's, or C itself; bias [n] or NULL. */
typedef struct {
    bool ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    real alpha, beta;
    const real *a, *b;
    real *c;
    const real *d, *bias;
} Product;

/* In float and with k > 0, on a processor that has AVX-512, on the calling thread. */
void matmul_avx512(const Product *p);
/* Whether it is then faster than a BLAS. */
bool matmul_avx512_pays(const Product *p);

#endif
