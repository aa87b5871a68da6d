/* Sums, scalings and what steers gradients. */
#include "lib/base/threads.h"
#include "lib/nn/ops/accumulate.h"

static size_t total(const Call *c) { return c->batch * c->rows * c->cols; }

void op_accumulate_grad(const Call *c, int input, real factor) {
    size_t n = total(c);
    if (!c->x[input].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const bool fresh = c->x[input].fresh;
        real *restrict dx = c->x[input].grad + p.first;
        const real *restrict dy = c->dy + p.first;
        for (size_t i = 0; i < p.count; i++) real_store_or_add(&dx[i], factor * dy[i], fresh);
    }
}

static Value record_like(Graph *g, const Op *op, const Value *x, int inputs, Parameter w0,
                         Parameter w1, real factor) {
    for (int i = 1; i < inputs; i++)
        if (graph_rows(g, x[i]) != graph_rows(g, x[0]) ||
            graph_cols(g, x[i]) != graph_cols(g, x[0]))
            return graph_fail(g, "%s: operands of different shapes", op->name);
    Record r = {.op = op,
                .inputs = inputs,
                .w = {w0, w1},
                .rows = graph_rows(g, x[0]),
                .cols = graph_cols(g, x[0]),
                .factor = {factor}};
    for (int i = 0; i < inputs; i++) r.x[i] = x[i];
    return graph_record(g, &r);
}

/* y = a + f b,  da = dy,  db = f dy */
static void combine_forward(const Call *c) {
    size_t n = total(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const real *a = c->x[0].data + p.first, *b = c->x[1].data + p.first, f = c->factor[0];
        real *restrict y = c->y + p.first;
        for (size_t i = 0; i < p.count; i++) y[i] = a[i] + f * b[i];
    }
}

static void combine_backward(const Call *c) {
    op_accumulate_grad(c, 0, 1);
    op_accumulate_grad(c, 1, c->factor[0]);
}

Value op_add(Graph *g, Value a, Value b) {
    static const Op op = {.name = "add",
                          .forward = combine_forward,
                          .backward = combine_backward,
                          .sets_gradients = true,
                          .passes_gradient = true};
    return record_like(g, &op, (Value[]){a, b}, 2, NO_PARAMETER, NO_PARAMETER, 1);
}

Value op_subtract(Graph *g, Value a, Value b) {
    static const Op op = {.name = "subtract",
                          .forward = combine_forward,
                          .backward = combine_backward,
                          .sets_gradients = true,
                          .passes_gradient = true};
    return record_like(g, &op, (Value[]){a, b}, 2, NO_PARAMETER, NO_PARAMETER, -1);
}

/* y = f x,  dx = f dy */
static void scale_forward(const Call *c) {
    size_t n = total(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const real *restrict x = c->x[0].data + p.first, f = c->factor[0];
        real *restrict y = c->y + p.first;
        for (size_t i = 0; i < p.count; i++) y[i] = f * x[i];
    }
}

static void scale_backward(const Call *c) { op_accumulate_grad(c, 0, c->factor[0]); }

Value op_scale(Graph *g, Value x, double factor) {
    static const Op op = {.name = "scale",
                          .forward = scale_forward,
                          .backward = scale_backward,
                          .sets_gradients = true};
    return record_like(g, &op, &x, 1, NO_PARAMETER, NO_PARAMETER, (real)factor);
}

/* y[b] = x[b] + P,  dx = dy,  dP = sum over b of dy */
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
                          .sets_gradients = true,
                          .passes_gradient = true};
    return record_like(g, &op, &x, 1, p, NO_PARAMETER, 0);
}

/* y = (x - mean) / std,  dx = dy / std;  mean and std are constants */
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
    bool fresh = c->x[0].fresh;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&c->x[0].grad[i * C + k], c->dy[i * C + k] / c->w[1][k], fresh);
}

Value op_normalise(Graph *g, Value x, Parameter mean, Parameter std) {
    static const Op op = {.name = "normalise",
                          .forward = normalise_forward,
                          .backward = normalise_backward,
                          .sets_gradients = true};
    return record_like(g, &op, &x, 1, mean, std, 0);
}

/* y = x std + mean,  dx = dy std */
static void denormalise_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            c->y[i * C + k] = c->x[0].data[i * C + k] * c->w[1][k] + c->w[0][k];
}

static void denormalise_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    bool fresh = c->x[0].fresh;
    if (!c->x[0].grad) return;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&c->x[0].grad[i * C + k], c->dy[i * C + k] * c->w[1][k], fresh);
}

Value op_denormalise(Graph *g, Value x, Parameter mean, Parameter std) {
    static const Op op = {.name = "denormalise",
                          .forward = denormalise_forward,
                          .backward = denormalise_backward,
                          .sets_gradients = true};
    return record_like(g, &op, &x, 1, mean, std, 0);
}

/* y = x on the listed columns, else 0 */
static void keep_forward(const Call *c) {
    memset(c->y, 0, total(c) * sizeof *c->y);
    for (size_t i = 0; i < c->batch * c->rows; i++)
        for (size_t k = 0; k < c->size[0]; k++)
            c->y[i * c->cols + c->list[k]] = c->x[0].data[i * c->cols + c->list[k]];
}

static void keep_backward(const Call *c) {
    if (!c->x[0].grad) return;
    for (size_t i = 0; i < c->batch * c->rows; i++)
        for (size_t k = 0; k < c->size[0]; k++)
            c->x[0].grad[i * c->cols + c->list[k]] += c->dy[i * c->cols + c->list[k]];
}

Value op_mask_columns(Graph *g, Value x, const size_t *columns, size_t count) {
    static const Op op = {
        .name = "op_mask_columns", .forward = keep_forward, .backward = keep_backward};
    for (size_t k = 0; k < count; k++)
        if (columns[k] >= graph_cols(g, x))
            return graph_fail(g, "op_mask_columns: no column %zu", columns[k]);
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .rows = graph_rows(g, x),
                                     .cols = graph_cols(g, x),
                                     .size = {count},
                                     .list = columns,
                                     .list_count = count});
}

static void copy_forward(const Call *c) { memcpy(c->y, c->x[0].data, total(c) * sizeof *c->y); }

Value op_stop_gradient(Graph *g, Value x) {
    static const Op op = {.name = "stop_gradient", .forward = copy_forward, .backward = NULL};
    return record_like(g, &op, &x, 1, NO_PARAMETER, NO_PARAMETER, 0);
}

static void straight_backward(const Call *c) { op_accumulate_grad(c, 1, 1); }

Value op_straight_through(Graph *g, Value forward, Value backward) {
    static const Op op = {
        .name = "straight_through", .forward = copy_forward, .backward = straight_backward};
    return record_like(g, &op, (Value[]){forward, backward}, 2, NO_PARAMETER, NO_PARAMETER, 0);
}
