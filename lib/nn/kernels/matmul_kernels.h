/* matmul_kernels.h: the kernel of our own behind matmul.h. */
#ifndef LIB_NN_KERNELS_MATMUL_KERNELS_H
#define LIB_NN_KERNELS_MATMUL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/loops.h"
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
    const real *panels; /* B as `pack` left it, instead of b; else NULL */
    size_t panel, packed_n; /* the first of them that is meant; columns of all of them */
} Product;

/* In float and with k > 0, on the calling thread. */
typedef struct {
    void (*multiply)(const Product *p);
    bool (*pays)(const Product *p); /* whether it is faster than a BLAS */
    /* B [k, n] in the order in which it is read, in so many numbers, aligned to 64 bytes: columns
     * from p->panel on, of p->packed_n in `to`. */
    size_t (*packed_size)(size_t n, size_t k);
    void (*pack)(const Product *p, real *to);
    /* The product with that. A is not transposed, its rows may share numbers (lda < k); room: so
     * many numbers, for a copy of it. */
    size_t (*packed_room)(size_t m);
    void (*multiply_packed)(const Product *p, real *room);
    size_t panel_width; /* columns */
} OwnProducts;

LOOPS_DECLARE(OwnProducts, own_products);

/* Those of the processor's vectors: choices.h, lanes. */
const OwnProducts *matmul_own(void);

#endif
