/* Scalars to minimise. Sums run in double: a mean over 10^6 floats keeps its last digits. */
#include "lib/nn/ops/ops.h"

/* y = mean (a - b)^2,  da = 2 (a - b) / n,  db = -da */
static void mse_forward(const Call *c) {
    const real *a = c->x[0].data, *b = c->x[1].data;
    size_t n = c->batch * c->x[0].rows * c->x[0].cols;
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    c->y[0] = (real)(sum / (double)n);
}

static void mse_backward(const Call *c) {
    const real *a = c->x[0].data, *b = c->x[1].data;
    size_t n = c->batch * c->x[0].rows * c->x[0].cols;
    real factor = 2 * c->dy[0] / (real)n;
    real *da = c->x[0].grad, *db = c->x[1].grad;
    bool fresh[2] = {c->x[0].fresh, c->x[1].fresh};
    for (size_t i = 0; da && i < n; i++)
        real_store_or_add(&da[i], factor * (a[i] - b[i]), fresh[0]);
    for (size_t i = 0; db && i < n; i++)
        real_store_or_add(&db[i], -factor * (a[i] - b[i]), fresh[1]);
}

Value op_mean_squared_error(Graph *g, Value a, Value b) {
    static const Op op = {.name = "mean_squared_error",
                          .forward = mse_forward,
                          .backward = mse_backward,
                          .backward_reads_x = true,
                          .sets_gradients = true,
                          .scalar = true};
    if (graph_rows(g, a) != graph_rows(g, b) || graph_cols(g, a) != graph_cols(g, b))
        return graph_fail(g, "mean_squared_error: operands of different shapes");
    return graph_record(g, &(Record){.op = &op, .inputs = 2, .x = {a, b}, .rows = 1, .cols = 1});
}

/* y = sum w_i x_i,  dx_i = w_i dy */
static void sum_forward(const Call *c) {
    real sum = 0;
    for (int i = 0; i < c->inputs; i++) sum += c->factor[i] * c->x[i].data[0];
    c->y[0] = sum;
}

static void sum_backward(const Call *c) {
    for (int i = 0; i < c->inputs; i++)
        if (c->x[i].grad) c->x[i].grad[0] += c->factor[i] * c->dy[0];
}

Value op_weighted_sum(Graph *g, const Value *x, const double *weights, int count) {
    static const Op op = {
        .name = "weighted_sum", .forward = sum_forward, .backward = sum_backward, .scalar = true};
    Record r = {.op = &op, .inputs = count, .rows = 1, .cols = 1};
    if (count < 1 || count > MAX_INPUTS)
        return graph_fail(g, "weighted_sum: 1 to %d scalars", MAX_INPUTS);
    for (int i = 0; i < count; i++) {
        r.x[i] = x[i];
        r.factor[i] = (real)weights[i];
    }
    return graph_record(g, &r);
}
