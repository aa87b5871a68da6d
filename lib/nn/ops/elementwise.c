#include "lib/nn/ops/elementwise.h"

#include "lib/base/threads.h"

void op_activate(const Call *c, void (*forward)(const real *x, real *y, size_t n)) {
    size_t n = op_elements(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        forward(c->x[0].data + p.first, c->y + p.first, p.count);
    }
}

void op_activate_back(const Call *c, const real *xy,
                      void (*backward)(const real *xy, const real *dy, real *dx, size_t n,
                                       bool first)) {
    size_t n = op_elements(c);
    if (!c->x[0].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        backward(xy + p.first, c->dy + p.first, c->x[0].grad + p.first, p.count,
                 c->x[0].first_grad);
    }
}

void op_accumulate_grad(const Call *c, int input, real factor) {
    const Operand *x = &c->x[input];
    const ElementLoops *loops = loops_of_elements();
    size_t n = op_elements(c);
    if (!x->grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->give(factor, c->dy + p.first, x->grad + p.first, p.count, x->first_grad);
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
