/* y = exp(x - max) / sum,  dx = y (dy - sum(dy y)), over the columns of each row */
#include "lib/nn/ops/elementwise.h"

static void softmax_forward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) loops->softmax(c->x[0].data + i * C, c->y + i * C, C);
}

static void softmax_backward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t n = c->batch * c->rows, C = c->cols;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        loops->softmax_back(c->y + i * C, c->dy + i * C, c->x[0].grad + i * C, C,
                            c->x[0].first_grad);
}

Value op_softmax(Graph *g, Value x) {
    static const Op op = {.name = "softmax",
                          .forward = softmax_forward,
                          .backward = softmax_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
