/* By column, with constants mean and std:
 * normalise    y = (x - mean) / std,  dx = dy / std
 * denormalise  y = x std + mean,      dx = dy std */
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

static void denormalise_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            c->y[i * C + k] = c->x[0].data[i * C + k] * c->w[1][k] + c->w[0][k];
}

static void denormalise_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&c->x[0].grad[i * C + k], c->dy[i * C + k] * c->w[1][k], first);
}

Value op_denormalise(Graph *g, Value x, Parameter mean, Parameter std) {
    static const Op op = {.name = "denormalise",
                          .forward = denormalise_forward,
                          .backward = denormalise_backward,
                          .writes_first_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {mean, std}});
}
