/* y[b] = x[b] + P,  dx = dy,  dP = sum over b of dy */
#include "lib/base/threads.h"
#include "lib/nn/ops/elementwise.h"

static void position_forward(const Call *c) {
    size_t n = c->rows * c->cols;
#pragma omp parallel for schedule(static) if (c->batch * n > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t i = 0; i < n; i++) c->y[b * n + i] = c->x[0].data[b * n + i] + c->w[0][i];
}

static void position_backward(const Call *c) {
    size_t n = c->rows * c->cols;
    op_accumulate_grad(c, 0, 1);
    if (!c->dw[0]) return;
#pragma omp parallel if (c->batch * n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        real *restrict dw = c->dw[0] + p.first;
        for (size_t b = 0; b < c->batch; b++) {
            const real *restrict dy = c->dy + b * n + p.first;
            for (size_t i = 0; i < p.count; i++) dw[i] += dy[i];
        }
    }
}

Value op_add_position(Graph *g, Value x, Parameter p) {
    static const Op op = {.name = "add_position",
                          .forward = position_forward,
                          .backward = position_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {p}});
}
