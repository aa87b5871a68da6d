/* one_op.h: one op at a time in float32, against values that a test works out; includes cmocka. */
#ifndef TEST_LIB_NN_OPS_ONE_OP_H
#define TEST_LIB_NN_OPS_ONE_OP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/nn/ops/ops.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

enum { BATCH = 3 };

static inline void fill(real *x, size_t n, uint64_t seed) {
    Rng r = rng_seed(seed);
    for (size_t i = 0; i < n; i++) x[i] = (real)rng_normal(&r);
}

static inline void assert_near(const real *found, const double *due, size_t n, double tolerance) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)found[i] - due[i]) <= tolerance * (1 + fabs(due[i]))))
            fail_msg("[%zu]: %.9g, due %.9g", i, (double)found[i], due[i]);
}

/* y = op(x) with up to two weights, of random numbers. */
typedef struct {
    Params params;
    Graph *g;
    Value x, y;
    const real *w[2];
} One;

typedef Value (*Recorder)(Graph *g, Value x, const size_t *size);

static inline void one_begin(One *o, Recorder record, size_t rows, size_t cols,
                             const size_t *size) {
    Error err;
    for (int pass = 0; pass < 2; pass++) {
        o->g = graph_new(&o->params, BATCH);
        o->x = graph_input(o->g, rows, cols);
        o->y = record(o->g, o->x, size);
        graph_keep(o->g, o->y);
        if (pass == 0) {
            graph_free(o->g);
            assert_int_equal(params_allocate(&o->params, false, &err), 0);
        }
    }
    if (graph_finish(o->g, NO_VALUE, &err)) fail_msg("%s", err.text);
    fill(graph_data(o->g, o->x), BATCH * rows * cols, 1);
    fill(o->params.value, o->params.total, 2);
    for (size_t i = 0; i < o->params.count; i++)
        o->w[i] = o->params.value + o->params.items[i].offset;
    graph_forward(o->g, BATCH);
}

static inline void one_end(One *o) {
    graph_free(o->g);
    params_free(&o->params);
}

#endif
