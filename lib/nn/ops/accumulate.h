/* accumulate.h: what ops share: the backward pass of sums, and the count of a product's operations.
 */
#ifndef LIB_NN_OPS_ACCUMULATE_H
#define LIB_NN_OPS_ACCUMULATE_H

#include "lib/nn/ops/ops.h"

/* dx += factor dy for an operand of the result's shape; nothing where it has no gradient. */
void op_accumulate_grad(const Call *c, int input, real factor);

/* Operations of `times` products of [m, k] and [k, n]. */
static inline double op_matmul_flops(size_t times, size_t m, size_t n, size_t k) {
    return 2 * (double)times * (double)m * (double)n * (double)k;
}

#endif
