#include "lib/nn/ops/elementwise.h"

#include "lib/base/threads.h"

void op_accumulate_grad(const Call *c, int input, real factor) {
    size_t n = op_elements(c);
    if (!c->x[input].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const bool first = c->x[input].first_grad;
        real *restrict dx = c->x[input].grad + p.first;
        const real *restrict dy = c->dy + p.first;
        for (size_t i = 0; i < p.count; i++) real_store_or_add(&dx[i], factor * dy[i], first);
    }
}

Value op_record_same_shape(Graph *g, Record *r) {
    r->rows = graph_rows(g, r->x[0]);
    r->cols = graph_cols(g, r->x[0]);
    for (int i = 1; i < r->inputs; i++)
        if (graph_rows(g, r->x[i]) != r->rows || graph_cols(g, r->x[i]) != r->cols)
            return graph_fail(g, "%s: operands of different shapes", r->op->name);
    return graph_record(g, r);
}
