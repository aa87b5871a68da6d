/* y = exp(x - max) / sum,  dx = y (dy - sum(dy y)), over the columns of each row */
#include "lib/nn/ops/elementwise.h"

static void softmax_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        const real *x = c->x[0].data + i * C;
        real *y = c->y + i * C, top = real_max(x, C), sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < C; k++) sum += y[k] = real_exp(x[k] - top);
        for (size_t k = 0; k < C; k++) y[k] /= sum;
    }
}

static void softmax_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        const real *y = c->y + i * C, *dy = c->dy + i * C;
        real *dx = c->x[0].grad + i * C, dot = 0;
#pragma omp simd reduction(+ : dot)
        for (size_t k = 0; k < C; k++) dot += dy[k] * y[k];
        for (size_t k = 0; k < C; k++) real_store_or_add(&dx[k], y[k] * (dy[k] - dot), first);
    }
}

Value op_softmax(Graph *g, Value x) {
    static const Op op = {.name = "softmax",
                          .forward = softmax_forward,
                          .backward = softmax_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
