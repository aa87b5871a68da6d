/* unfold_rows  y[t] = [x[i(t, 0)] ... x[i(t, k - 1)]],  i(t, j) = first + t - (k - 1 - j) dilation,
 *              dx[i(t, j)] += the j-th part of dy[t]
 * A row before the first is zero and gets nothing, or is the first one. */
#include "lib/nn/kernels/loops.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

enum { KERNEL, DILATION, EDGE, FIRST }; /* places in Call.size */
static const size_t OUTSIDE = SIZE_MAX;

static size_t source(const Call *c, size_t t, size_t j) {
    size_t at = c->size[FIRST] + t, back = (c->size[KERNEL] - 1 - j) * c->size[DILATION];
    if (back <= at) return at - back;
    return c->size[EDGE] ? 0 : OUTSIDE;
}

static void unfold_forward(const Call *c) {
    size_t C = c->x[0].cols, k = c->size[KERNEL], n = c->batch * c->rows;
#pragma omp parallel for schedule(static) if (n * c->cols > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        size_t b = i / c->rows, t = i % c->rows;
        for (size_t j = 0; j < k; j++) {
            real *y = c->y + (i * k + j) * C;
            size_t from = source(c, t, j);
            if (from == OUTSIDE)
                memset(y, 0, C * sizeof *y);
            else
                memcpy(y, c->x[0].data + (b * c->x[0].rows + from) * C, C * sizeof *y);
        }
    }
}

static void unfold_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t C = c->x[0].cols, k = c->size[KERNEL];
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * c->cols > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t t = 0; t < c->rows; t++)
            for (size_t j = 0; j < k; j++) {
                size_t to = source(c, t, j);
                if (to == OUTSIDE) continue;
                loops->give(1, c->dy + ((b * c->rows + t) * k + j) * C,
                            c->x[0].grad + (b * c->x[0].rows + to) * C, C, false);
            }
}

Value op_unfold_rows(Graph *g, Value x, Unfold u, size_t first, size_t count) {
    static const Op op = {
        .name = "unfold_rows", .forward = unfold_forward, .backward = unfold_backward};
    size_t rows = graph_rows(g, x);
    if (u.kernel == 0 || u.dilation == 0)
        return graph_fail(g, "unfold_rows: kernel and dilation are at least 1");
    if (count > rows || first > rows - count)
        return graph_fail(g, "unfold_rows: beyond the last row");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .rows = count,
                                     .cols = u.kernel * graph_cols(g, x),
                                     .size = {u.kernel, u.dilation, u.edge, first}});
}
