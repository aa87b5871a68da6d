/* matmul.h: matrix products, row-major, split over all threads along the longer side of the result.
 * Small ones are computed by a kernel of our own where the processor has AVX-512
 * (matmul_kernels.h), the others by BLAS; choices.h: matmul.
 *
 * C [m, n] = alpha op(A) op(B) + beta C. Leading dimensions (lda, ldb, ldc) are the distances
 * between rows in memory. Inside a parallel region a call stays on its thread. C must not overlap A
 * or B. */
#ifndef LIB_NN_KERNELS_MATMUL_H
#define LIB_NN_KERNELS_MATMUL_H

#include "lib/base/error.h"
#include "lib/nn/real.h"

/* A [m, k], B [k, n] */
void matmul(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
            size_t ldb, real beta, real *c, size_t ldc);
/* A [m, k], B [n, k]: C = A B^T */
void matmul_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc);
/* The same with bias [n] in every row and on top of D [m, n], whose rows are ldc apart; each may be
 * NULL: C = A B^T + bias + D */
void matmul_nt_onto(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b,
                    size_t ldb, const real *bias, const real *d, real *c, size_t ldc);
/* A [k, m], B [k, n]: C = A^T B */
void matmul_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc);

/* B [k, n], or transposed [n, k], of products that are made many times: {transposed, n, k, b}, b
 * borrowed. Packing copies it once into the order in which our kernel reads it, so that no product
 * has to; b is NULL then, and may be freed. Where all products are BLAS's it stays what it is. */
typedef struct {
    bool transposed;
    size_t n, k;
    const real *b;
    real *panels; /* owned, or NULL */
} MatmulWeights;

int matmul_pack(MatmulWeights *w, Error *err);
/* The same into room for matmul_packed_size numbers, aligned to 64 bytes, which is not to be freed
 * with the weights: for weights that are read a few times only. 0 and *w itself where there is
 * nothing to pack. */
size_t matmul_packed_size(const MatmulWeights *w);
MatmulWeights matmul_packed(const MatmulWeights *w, real *room);
void matmul_weights_free(MatmulWeights *w);

/* C = A B + bias + D, as matmul_nt_onto. A's rows may share numbers (lda < k): a convolution. */
void matmul_by_weights(const MatmulWeights *w, size_t m, const real *a, size_t lda,
                       const real *bias, const real *d, real *c, size_t ldc);

#endif
