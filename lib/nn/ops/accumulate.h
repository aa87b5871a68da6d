/* accumulate.h: what the backward passes of sums share. */
#ifndef LIB_NN_OPS_ACCUMULATE_H
#define LIB_NN_OPS_ACCUMULATE_H

#include "lib/nn/ops/ops.h"

/* dx += factor dy for an operand of the result's shape; nothing where it has no gradient. */
void op_accumulate_grad(const Call *c, int input, real factor);

#endif
