/* By column, with constants:
 * normalise      y = (x - mean) / std,  dx = dy / std
 * denormalise    y = x std + mean,      dx = dy std
 * scale_columns  y = x factor,          dx = dy factor */
#include "lib/nn/ops/elementwise.h"

static void normalise_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            c->y[i * C + k] = (c->x[0].data[i * C + k] - c->w[0][k]) / c->w[1][k];
}

static void normalise_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    if (!c->x[0].grad) return;
    bool first = c->x[0].first_grad;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&c->x[0].grad[i * C + k], c->dy[i * C + k] / c->w[1][k], first);
}

Value op_normalise(Graph *g, Value x, Parameter mean, Parameter std) {
    static const Op op = {.name = "normalise",
                          .forward = normalise_forward,
                          .backward = normalise_backward,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {mean, std}});
}

/* w[0]: factors; w[1]: what is added, or NULL. */
static void scale_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    const real *factor = c->w[0], *added = c->w[1];
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            c->y[i * C + k] = c->x[0].data[i * C + k] * factor[k] + (added ? added[k] : 0);
}

static void scale_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&c->x[0].grad[i * C + k], c->dy[i * C + k] * c->w[0][k], first);
}

Value op_denormalise(Graph *g, Value x, Parameter mean, Parameter std) {
    static const Op op = {.name = "denormalise",
                          .forward = scale_forward,
                          .backward = scale_backward,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {std, mean}});
}

Value op_scale_columns(Graph *g, Value x, Parameter factors) {
    static const Op op = {.name = "scale_columns",
                          .forward = scale_forward,
                          .backward = scale_backward,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {factors}});
}
