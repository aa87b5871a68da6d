/* elementwise.h: what ops on single elements share. */
#ifndef LIB_NN_OPS_ELEMENTWISE_H
#define LIB_NN_OPS_ELEMENTWISE_H

#include "lib/nn/kernels/loops.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

/* Elements of the result over the whole batch. */
static inline size_t op_elements(const Call *c) { return c->batch * c->rows * c->cols; }

/* An activation of x[0]; backwards it is given x[0] or y, as its equation needs it. */
void op_activate(const Call *c, void (*forward)(const real *x, real *y, size_t n));
void op_activate_back(const Call *c, const real *xy,
                      void (*backward)(const real *xy, const real *dy, real *dx, size_t n,
                                       bool first));

/* dx += factor dy for an operand of the result's shape; nothing where it has no gradient. */
void op_accumulate_grad(const Call *c, int input, real factor);

/* Fills in the shape of the result, which is that of all operands, and records; r->x has r->inputs
 * of them. */
Value op_record_same_shape(Graph *g, Record *r);

#endif
