/* loops.h: the loops of ops over elements and rows, for the vectors that the processor has
 * (lib/base/loops.h). All run on the calling thread. Arrays do not overlap unless a comment says
 * so. `first`: the gradient holds nothing yet, so that it is stored and not added to. */
#ifndef LIB_NN_KERNELS_LOOPS_H
#define LIB_NN_KERNELS_LOOPS_H

#include "lib/base/loops.h"
#include "lib/nn/real.h"

/* Of an activation, over n elements. backward is given x or y, as the op's equation needs it; dx
 * may be dy. */
typedef struct {
    void (*forward)(const real *x, real *y, size_t n);
    void (*backward)(const real *xy, const real *dy, real *dx, size_t n, bool first);
} ActivationLoops;

/* A step of Adam (Kingma and Ba 2015): decay of the moments, 1 minus it, and corrections. */
typedef struct {
    real b1, b2, rest1, rest2, correct1, correct2, rate, eps;
} AdamStep;

/* Over n elements. */
typedef struct {
    ActivationLoops gelu /* of x */, relu, sigmoid, tanh;
    /* y = a + f b; y may be a or b */
    void (*add)(const real *a, real f, const real *b, real *y, size_t n);
    /* y = a b */
    void (*multiply)(const real *a, const real *b, real *y, size_t n);
    /* y = f x */
    void (*scale)(real f, const real *x, real *y, size_t n);
    /* dx = f dy + what it held; dx may be dy */
    void (*give)(real f, const real *dy, real *dx, size_t n, bool first);
    /* dx = a dy + what it held */
    void (*give_product)(const real *a, const real *dy, real *dx, size_t n, bool first);
    /* sums[k] += sum over the rows, `stride` apart, of x[k], k < n <= 64 */
    void (*add_rows)(const real *x, size_t rows, size_t stride, real *sums, size_t n);
    /* sum of (a - b)^2, of |a - b| */
    double (*squares)(const real *a, const real *b, size_t n);
    double (*distances)(const real *a, const real *b, size_t n);
    /* dx = f (a - b), f sign(a - b), + what it held */
    void (*give_difference)(real f, const real *a, const real *b, real *dx, size_t n, bool first);
    void (*give_sign)(real f, const real *a, const real *b, real *dx, size_t n, bool first);
    /* y = x rounded to bfloat16, to nearest, ties to even; y may be x */
    void (*round)(const real *x, real *y, size_t n);
    void (*adam)(const AdamStep *s, const real *g, real *w, real *m, real *v, size_t n);
} ElementLoops;

/* Mean and 1 / sqrt(variance + eps) of a row. */
typedef struct {
    real mean, rstd;
} RowMoments;

/* Over a row of n elements. */
typedef struct {
    /* the largest; sum of a b; sum of (a - b)^2 */
    real (*largest)(const real *x, size_t n);
    real (*dot)(const real *a, const real *b, size_t n);
    real (*square_distance)(const real *a, const real *b, size_t n);
    /* y = exp(x - max) / sum; dx = y (dy - sum(dy y)) + what it held */
    void (*softmax)(const real *x, real *y, size_t n);
    void (*softmax_back)(const real *y, const real *dy, real *dx, size_t n, bool first);
    /* x = f x */
    void (*scale)(real *x, size_t n, real f);
    /* x = exp(x - top), n a multiple of 16; returns the sum */
    real (*exponentials)(real *x, size_t n, real top);
    /* dp = p (dp - dot) */
    void (*through_softmax)(const real *p, real *dp, size_t n, real dot);
    /* lib/nn/ops/layer_norm.c has the equations; dw and db are added to, dx may be NULL */
    RowMoments (*layer_norm)(const real *x, const real *w, const real *b, real *y, size_t n);
    void (*layer_norm_back)(const real *x, const real *w, const real *dy, RowMoments m, real *dx,
                            real *dw, real *db, size_t n, bool first);
    /* lib/nn/ops/lstm.c: a [4 n] becomes the gates, y [2 n] gets h and s; backwards the gates
     * become da, and ds in place that of the row before. s_before: NULL for zeros. */
    void (*open_gates)(real *a, const real *s_before, real *y, size_t n);
    void (*close_gates)(real *gates, const real *s_before, const real *s, const real *dy,
                        const real *dh, real *ds, size_t n);
} RowLoops;

LOOPS_DECLARE(ElementLoops, element_loops);
LOOPS_DECLARE(RowLoops, row_loops);

/* Those to take: choices.h, lanes. */
const ElementLoops *loops_of_elements(void);
const RowLoops *loops_of_rows(void);

#endif
