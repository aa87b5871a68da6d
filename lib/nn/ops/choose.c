/* y[t] = a[t] where flag[t] is not 0, else b[t];  da[t] or db[t] = dy[t], the other 0 */
#include "lib/nn/ops/elementwise.h"

static const real *flags(const Call *c) { return c->x[2].data; }

static void choose_forward(const Call *c) {
    size_t rows = c->batch * c->rows, cols = c->cols;
#pragma omp parallel for schedule(static) if (rows * cols > WORTH_THREADS)
    for (size_t t = 0; t < rows; t++) {
        const Operand *from = &c->x[flags(c)[t] != 0 ? 0 : 1];
        memcpy(c->y + t * cols, from->data + t * cols, cols * sizeof *c->y);
    }
}

static void choose_backward(const Call *c) {
    size_t rows = c->batch * c->rows, cols = c->cols;
#pragma omp parallel for schedule(static) if (rows * cols > WORTH_THREADS)
    for (size_t t = 0; t < rows; t++) {
        real *dx = c->x[flags(c)[t] != 0 ? 0 : 1].grad;
        for (size_t k = t * cols; dx && k < (t + 1) * cols; k++) dx[k] += c->dy[k];
    }
}

Value op_choose_rows(Graph *g, Value a, Value b, Value flag) {
    static const Op op = {.name = "choose_rows",
                          .forward = choose_forward,
                          .backward = choose_backward,
                          .backward_reads_x = true};
    size_t rows = graph_rows(g, a), cols = graph_cols(g, a);
    if (graph_rows(g, b) != rows || graph_cols(g, b) != cols || graph_rows(g, flag) != rows ||
        graph_cols(g, flag) != 1)
        return graph_fail(g, "choose_rows: operands of different shapes");
    return graph_record(
        g, &(Record){.op = &op, .inputs = 3, .x = {a, b, flag}, .rows = rows, .cols = cols});
}
