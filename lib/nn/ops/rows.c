/* slice_rows, gather_rows, repeat_row, interpolate_rows, fade_row:
 *   y[t] = a[t] x[i[t]] + b[t] x[j[t]],  dx[i[t]] += a[t] dy[t],  dx[j[t]] += b[t] dy[t]
 * mean_rows         y = mean over t of x[t],  dx[t] = dy / rows
 * concat_rows       y = [x_0; x_1; ...],      dx_i = its part of dy
 * apply_row_matrix  y = M x,                  dx = M^T dy */
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

/* i[t], j[t], a[t] and b[t] of a row: each op has its rule. */
typedef struct {
    size_t i, j;
    real a, b;
} Tap;

typedef Tap (*Rule)(const Call *c, size_t t);

static void taps_forward(const Call *c, Rule rule) {
    size_t C = c->cols, in = c->x[0].rows;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t t = 0; t < c->rows; t++) {
            Tap tap = rule(c, t);
            const real *p = c->x[0].data + (b * in + tap.i) * C,
                       *q = c->x[0].data + (b * in + tap.j) * C;
            real *y = c->y + (b * c->rows + t) * C;
            if (tap.b == 0 && tap.a == 1)
                memcpy(y, p, C * sizeof *y);
            else
                for (size_t k = 0; k < C; k++) y[k] = tap.a * p[k] + tap.b * q[k];
        }
}

static void taps_backward(const Call *c, Rule rule) {
    const ElementLoops *loops = loops_of_elements();
    size_t C = c->cols, in = c->x[0].rows;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t t = 0; t < c->rows; t++) {
            Tap tap = rule(c, t);
            const real *dy = c->dy + (b * c->rows + t) * C;
            real *dp = c->x[0].grad + (b * in + tap.i) * C,
                 *dq = c->x[0].grad + (b * in + tap.j) * C;
            loops->give(tap.a, dy, dp, C, false);
            if (tap.b != 0) loops->give(tap.b, dy, dq, C, false);
        }
}

static Value record_rows(Graph *g, const Op *op, Value x, size_t rows, size_t size,
                         const size_t *list, size_t list_count) {
    return graph_record(g, &(Record){.op = op,
                                     .inputs = 1,
                                     .x = {x},
                                     .rows = rows,
                                     .cols = graph_cols(g, x),
                                     .size = {size},
                                     .list = list,
                                     .list_count = list_count});
}

static Tap slice_rule(const Call *c, size_t t) {
    return (Tap){c->size[0] + t, c->size[0] + t, 1, 0};
}
static void slice_forward(const Call *c) { taps_forward(c, slice_rule); }
static void slice_backward(const Call *c) { taps_backward(c, slice_rule); }

Value op_slice_rows(Graph *g, Value x, size_t first, size_t count) {
    static const Op op = {
        .name = "slice_rows", .forward = slice_forward, .backward = slice_backward};
    if (first + count > graph_rows(g, x)) return graph_fail(g, "slice_rows: beyond the last row");
    return record_rows(g, &op, x, count, first, NULL, 0);
}

static Tap gather_rule(const Call *c, size_t t) { return (Tap){c->list[t], c->list[t], 1, 0}; }
static void gather_forward(const Call *c) { taps_forward(c, gather_rule); }
static void gather_backward(const Call *c) { taps_backward(c, gather_rule); }

Value op_gather_rows(Graph *g, Value x, const size_t *rows, size_t count) {
    static const Op op = {
        .name = "gather_rows", .forward = gather_forward, .backward = gather_backward};
    for (size_t t = 0; t < count; t++)
        if (rows[t] >= graph_rows(g, x)) return graph_fail(g, "gather_rows: beyond the last row");
    return record_rows(g, &op, x, count, 0, rows, count);
}

static Tap repeat_rule(const Call *c, size_t t) {
    (void)c;
    (void)t;
    return (Tap){0, 0, 1, 0};
}
static void repeat_forward(const Call *c) { taps_forward(c, repeat_rule); }
static void repeat_backward(const Call *c) { taps_backward(c, repeat_rule); }

Value op_repeat_row(Graph *g, Value x, size_t count) {
    static const Op op = {
        .name = "repeat_row", .forward = repeat_forward, .backward = repeat_backward};
    return record_rows(g, &op, x, count, 0, NULL, 0);
}

/* u = t (n-1) / (count-1), in whole numbers so that the ends are exact */
static Tap interpolate_rule(const Call *c, size_t t) {
    size_t n = c->x[0].rows, steps = c->rows > 1 ? c->rows - 1 : 1;
    size_t i = t * (n - 1) / steps, rest = t * (n - 1) % steps;
    real b = (real)rest / (real)steps;
    return (Tap){i, rest ? i + 1 : i, 1 - b, b};
}
static void interpolate_forward(const Call *c) { taps_forward(c, interpolate_rule); }
static void interpolate_backward(const Call *c) { taps_backward(c, interpolate_rule); }

Value op_interpolate_rows(Graph *g, Value x, size_t count) {
    static const Op op = {.name = "interpolate_rows",
                          .forward = interpolate_forward,
                          .backward = interpolate_backward};
    return record_rows(g, &op, x, count, 0, NULL, 0);
}

static Tap fade_rule(const Call *c, size_t t) {
    real a = t < c->size[0] ? 1 - (real)t / (real)c->size[0] : 0;
    return (Tap){0, 0, a, 0};
}
static void fade_forward(const Call *c) { taps_forward(c, fade_rule); }
static void fade_backward(const Call *c) { taps_backward(c, fade_rule); }

Value op_fade_row(Graph *g, Value x, size_t count, size_t fade) {
    static const Op op = {.name = "fade_row", .forward = fade_forward, .backward = fade_backward};
    return record_rows(g, &op, x, count, fade, NULL, 0);
}

static void mean_forward(const Call *c) {
    size_t C = c->cols, T = c->x[0].rows;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++) {
        real *y = c->y + b * C;
        memset(y, 0, C * sizeof *y);
        for (size_t t = 0; t < T; t++)
            for (size_t k = 0; k < C; k++) y[k] += c->x[0].data[(b * T + t) * C + k];
        for (size_t k = 0; k < C; k++) y[k] /= (real)T;
    }
}

static void mean_backward(const Call *c) {
    size_t C = c->cols, T = c->x[0].rows;
    bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t t = 0; t < T; t++)
            for (size_t k = 0; k < C; k++)
                real_store_or_add(&c->x[0].grad[(b * T + t) * C + k], c->dy[b * C + k] / (real)T,
                                  first);
}

Value op_mean_rows(Graph *g, Value x) {
    static const Op op = {.name = "mean_rows",
                          .forward = mean_forward,
                          .backward = mean_backward,
                          .writes_first_grad = true};
    return record_rows(g, &op, x, 1, 0, NULL, 0);
}

static void concat_forward(const Call *c) {
    size_t C = c->cols;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++) {
        real *y = c->y + b * c->rows * C;
        for (int i = 0; i < c->inputs; i++) {
            size_t n = c->x[i].rows * C;
            memcpy(y, c->x[i].data + b * n, n * sizeof *y);
            y += n;
        }
    }
}

static void concat_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t C = c->cols;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++) {
        const real *dy = c->dy + b * c->rows * C;
        for (int i = 0; i < c->inputs; i++) {
            size_t n = c->x[i].rows * C;
            bool first = c->x[i].first_grad;
            if (c->x[i].grad) loops->give(1, dy, c->x[i].grad + b * n, n, first);
            dy += n;
        }
    }
}

Value op_concat_rows(Graph *g, const Value *x, int count) {
    static const Op op = {.name = "concat_rows",
                          .forward = concat_forward,
                          .backward = concat_backward,
                          .writes_first_grad = true};
    Record r = {.op = &op, .inputs = count, .cols = graph_cols(g, x[0])};
    if (count < 1 || count > OP_MAX_INPUTS)
        return graph_fail(g, "concat_rows: 1 to %d values", OP_MAX_INPUTS);
    for (int i = 0; i < count; i++) {
        r.x[i] = x[i];
        r.rows += graph_rows(g, x[i]);
        if (graph_cols(g, x[i]) != r.cols)
            return graph_fail(g, "concat_rows: values of different width");
    }
    return graph_record(g, &r);
}

static void matrix_forward(const Call *c) {
    size_t C = c->cols, in = c->x[0].rows;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        matmul(c->rows, C, in, 1, c->table, in, c->x[0].data + b * in * C, C, 0,
               c->y + b * c->rows * C, C);
}

static void matrix_backward(const Call *c) {
    size_t C = c->cols, in = c->x[0].rows;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        matmul_tn(in, C, c->rows, 1, c->table, in, c->dy + b * c->rows * C, C,
                  c->x[0].first_grad ? 0 : 1, c->x[0].grad + b * in * C, C);
}

static double matrix_flops(const CallShape *c, bool backward) {
    size_t products = backward ? c->x[0].grad : 1;
    return op_matmul_flops(products * c->batch, c->rows, c->cols, c->x[0].rows);
}

Value op_apply_row_matrix(Graph *g, Value x, const real *matrix, size_t count) {
    static const Op op = {.name = "apply_row_matrix",
                          .forward = matrix_forward,
                          .backward = matrix_backward,
                          .flops = matrix_flops,
                          .writes_first_grad = true};
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .rows = count,
                                     .cols = graph_cols(g, x),
                                     .table = matrix,
                                     .table_count = count * graph_rows(g, x)});
}
