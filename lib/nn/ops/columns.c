/* mask_columns    y = x on the listed columns, 0 elsewhere
 * slice_columns   y = columns first .. first + count - 1 of x
 * concat_columns  y = [x_0 x_1 ...]
 * reshape         y = x, in rows of another length
 * Backwards each column of dy goes to where it came from. */
#include "lib/nn/ops/elementwise.h"

static void mask_forward(const Call *c) {
    memset(c->y, 0, op_elements(c) * sizeof *c->y);
    for (size_t i = 0; i < c->batch * c->rows; i++)
        for (size_t k = 0; k < c->size[0]; k++)
            c->y[i * c->cols + c->list[k]] = c->x[0].data[i * c->cols + c->list[k]];
}

static void mask_backward(const Call *c) {
    if (!c->x[0].grad) return;
    for (size_t i = 0; i < c->batch * c->rows; i++)
        for (size_t k = 0; k < c->size[0]; k++)
            c->x[0].grad[i * c->cols + c->list[k]] += c->dy[i * c->cols + c->list[k]];
}

Value op_mask_columns(Graph *g, Value x, const size_t *columns, size_t count) {
    static const Op op = {
        .name = "mask_columns", .forward = mask_forward, .backward = mask_backward};
    for (size_t k = 0; k < count; k++)
        if (columns[k] >= graph_cols(g, x))
            return graph_fail(g, "mask_columns: no column %zu", columns[k]);
    return op_record_same_shape(g, &(Record){.op = &op,
                                             .inputs = 1,
                                             .x = {x},
                                             .size = {count},
                                             .list = columns,
                                             .list_count = count});
}

/* Rows of `count` elements, `from_stride` and `to_stride` apart. */
static void copy_columns(size_t rows, size_t count, const real *from, size_t from_stride, real *to,
                         size_t to_stride) {
#pragma omp parallel for schedule(static) if (rows * count > WORTH_THREADS)
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * to_stride, from + i * from_stride, count * sizeof *to);
}

static void add_columns(size_t rows, size_t count, const real *from, size_t from_stride, real *to,
                        size_t to_stride, bool first_grad) {
    const ElementLoops *loops = loops_of_elements();
#pragma omp parallel for schedule(static) if (rows * count > WORTH_THREADS)
    for (size_t i = 0; i < rows; i++)
        loops->give(1, from + i * from_stride, to + i * to_stride, count, first_grad);
}

static void slice_forward(const Call *c) {
    copy_columns(c->batch * c->rows, c->cols, c->x[0].data + c->size[0], c->x[0].cols, c->y,
                 c->cols);
}

static void slice_backward(const Call *c) {
    if (!c->x[0].grad) return;
    add_columns(c->batch * c->rows, c->cols, c->dy, c->cols, c->x[0].grad + c->size[0],
                c->x[0].cols, false);
}

Value op_slice_columns(Graph *g, Value x, size_t first, size_t count) {
    static const Op op = {
        .name = "slice_columns", .forward = slice_forward, .backward = slice_backward};
    if (count > graph_cols(g, x) || first > graph_cols(g, x) - count)
        return graph_fail(g, "slice_columns: beyond the last column");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .rows = graph_rows(g, x),
                                     .cols = count,
                                     .size = {first}});
}

static void concat_forward(const Call *c) {
    real *y = c->y;
    for (int i = 0; i < c->inputs; y += c->x[i++].cols)
        copy_columns(c->batch * c->rows, c->x[i].cols, c->x[i].data, c->x[i].cols, y, c->cols);
}

static void concat_backward(const Call *c) {
    const real *dy = c->dy;
    for (int i = 0; i < c->inputs; dy += c->x[i++].cols)
        if (c->x[i].grad)
            add_columns(c->batch * c->rows, c->x[i].cols, dy, c->cols, c->x[i].grad, c->x[i].cols,
                        c->x[i].first_grad);
}

Value op_concat_columns(Graph *g, const Value *x, int count) {
    static const Op op = {.name = "concat_columns",
                          .forward = concat_forward,
                          .backward = concat_backward,
                          .writes_first_grad = true};
    if (count < 1 || count > OP_MAX_INPUTS)
        return graph_fail(g, "concat_columns: 1 to %d values", OP_MAX_INPUTS);
    Record r = {.op = &op, .inputs = count, .rows = graph_rows(g, x[0])};
    for (int i = 0; i < count; i++) {
        r.x[i] = x[i];
        r.cols += graph_cols(g, x[i]);
        if (graph_rows(g, x[i]) != r.rows)
            return graph_fail(g, "concat_columns: values of different length");
    }
    return graph_record(g, &r);
}

static void reshape_forward(const Call *c) {
    memcpy(c->y, c->x[0].data, op_elements(c) * sizeof *c->y);
}

static void reshape_backward(const Call *c) { op_accumulate_grad(c, 0, 1); }

Value op_reshape(Graph *g, Value x, size_t rows, size_t cols) {
    static const Op op = {.name = "reshape",
                          .forward = reshape_forward,
                          .backward = reshape_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    if (rows * cols != graph_rows(g, x) * graph_cols(g, x))
        return graph_fail(g, "reshape: another number of elements");
    return graph_record(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .rows = rows, .cols = cols});
}
