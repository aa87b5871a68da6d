/* mean_squared_error  y = mean (a - b)^2,  da = 2 dy (a - b) / n,     db = -da
 * absolute_error      y = mean |a - b|,    da = dy sign(a - b) / n,   db = -da
 * weighted_sum        y = sum w_i x_i,     dx_i = w_i dy
 * Sums run in double: a mean over 10^6 floats keeps its last digits. */
#include "lib/nn/kernels/loops.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

/* Of an operand, over the whole batch. */
static size_t compared(const Call *c) { return c->batch * c->x[0].rows * c->x[0].cols; }

static Value record_error(Graph *g, const Op *op, Value a, Value b) {
    if (graph_rows(g, a) != graph_rows(g, b) || graph_cols(g, a) != graph_cols(g, b))
        return graph_fail(g, "%s: operands of different shapes", op->name);
    return graph_record(g, &(Record){.op = op, .inputs = 2, .x = {a, b}, .rows = 1, .cols = 1});
}

static void mse_forward(const Call *c) {
    size_t n = compared(c);
    c->y[0] = (real)(loops_of_elements()->squares(c->x[0].data, c->x[1].data, n) / (double)n);
}

static void mse_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    const Operand *a = &c->x[0], *b = &c->x[1];
    size_t n = compared(c);
    real factor = 2 * c->dy[0] / (real)n;
    if (a->grad) loops->give_difference(factor, a->data, b->data, a->grad, n, a->first_grad);
    if (b->grad) loops->give_difference(factor, b->data, a->data, b->grad, n, b->first_grad);
}

Value op_mean_squared_error(Graph *g, Value a, Value b) {
    static const Op op = {.name = "mean_squared_error",
                          .forward = mse_forward,
                          .backward = mse_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .scalar = true};
    return record_error(g, &op, a, b);
}

static void absolute_forward(const Call *c) {
    size_t n = compared(c);
    c->y[0] = (real)(loops_of_elements()->distances(c->x[0].data, c->x[1].data, n) / (double)n);
}

static void absolute_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    const Operand *a = &c->x[0], *b = &c->x[1];
    size_t n = compared(c);
    real step = c->dy[0] / (real)n;
    if (a->grad) loops->give_sign(step, a->data, b->data, a->grad, n, a->first_grad);
    if (b->grad) loops->give_sign(step, b->data, a->data, b->grad, n, b->first_grad);
}

Value op_absolute_error(Graph *g, Value a, Value b) {
    static const Op op = {.name = "absolute_error",
                          .forward = absolute_forward,
                          .backward = absolute_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .scalar = true};
    return record_error(g, &op, a, b);
}

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
    if (count < 1 || count > OP_MAX_INPUTS)
        return graph_fail(g, "weighted_sum: 1 to %d scalars", OP_MAX_INPUTS);
    for (int i = 0; i < count; i++) {
        r.x[i] = x[i];
        r.factor[i] = (real)weights[i];
    }
    return graph_record(g, &r);
}
