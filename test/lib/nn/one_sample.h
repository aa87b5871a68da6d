/* one_sample.h: runs one op on one sample, in tests of what it computes. */
#ifndef TEST_LIB_NN_ONE_SAMPLE_H
#define TEST_LIB_NN_ONE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/nn/graph.h"

#include <cmocka.h>

/* y = op(x) for one sample; y is the caller's. */
typedef struct {
    Params params;
    Graph *g;
    Value x, y;
} One;

static inline void one_begin(One *o, size_t rows, size_t cols) {
    *o = (One){.g = graph_new(&o->params, 1)};
    o->x = graph_input(o->g, rows, cols);
}

static inline real *one_run(One *o, const double *x) {
    Error err;
    if (o->params.value == NULL) {
        graph_keep(o->g, o->y);
        if (graph_finish(o->g, NO_VALUE, &err) || params_allocate(&o->params, false, &err))
            fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < graph_rows(o->g, o->x) * graph_cols(o->g, o->x); i++)
        graph_data(o->g, o->x)[i] = (real)x[i];
    graph_forward(o->g, 1);
    return graph_data(o->g, o->y);
}

static inline void one_end(One *o) {
    graph_free(o->g);
    params_free(&o->params);
}

#endif
