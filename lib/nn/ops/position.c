/* add_position      y[b] = x[b] + P,       dx = dy,  dP = sum over b of dy
 * add_sinusoids     y[b] = x[b] + table,   dx = dy
 * repeat_parameter  y[b][t] = p,           dp = sum over b and t of dy */
#include <stdlib.h>

#include "lib/base/threads.h"
#include "lib/nn/ops/elementwise.h"

static void position_forward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = c->rows * c->cols;
#pragma omp parallel for schedule(static) if (c->batch * n > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        loops->add(c->x[0].data + b * n, 1, c->w[0], c->y + b * n, n);
}

static void position_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = c->rows * c->cols;
    op_accumulate_grad(c, 0, 1);
    if (!c->dw[0]) return;
#pragma omp parallel if (c->batch * n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        for (size_t b = 0; b < c->batch; b++)
            loops->give(1, c->dy + b * n + p.first, c->dw[0] + p.first, p.count, false);
    }
}

Value op_add_position(Graph *g, Value x, Parameter p) {
    static const Op op = {.name = "add_position",
                          .forward = position_forward,
                          .backward = position_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {p}});
}

static void table_forward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    size_t n = c->rows * c->cols;
#pragma omp parallel for schedule(static) if (c->batch * n > WORTH_THREADS)
    for (size_t b = 0; b < c->batch; b++)
        loops->add(c->x[0].data + b * n, 1, c->table, c->y + b * n, n);
}

static void table_backward(const Call *c) { op_accumulate_grad(c, 0, 1); }

Value op_add_sinusoids(Graph *g, Value x, size_t first) {
    static const Op op = {.name = "add_sinusoids",
                          .forward = table_forward,
                          .backward = table_backward,
                          .writes_first_grad = true,
                          .passes_grad = true};
    size_t rows = graph_rows(g, x), cols = graph_cols(g, x);
    real *table = malloc((rows * cols + 1) * sizeof *table);
    if (!table) return graph_fail(g, "out of memory");
    for (size_t t = 0; t < rows; t++)
        for (size_t j = 0; j < cols; j++) {
            double power = (double)(j / 2 * 2) / (double)cols;
            double angle = (double)(first + t + 1) / pow(10000, power);
            table[t * cols + j] = (real)(j % 2 ? cos(angle) : sin(angle));
        }
    Value y = op_record_same_shape(
        g, &(Record){.op = &op, .inputs = 1, .x = {x}, .table = table, .table_count = rows * cols});
    free(table);
    return y;
}

static void repeat_forward(const Call *c) {
    for (size_t i = 0; i < c->batch * c->rows; i++)
        memcpy(c->y + i * c->cols, c->w[0], c->cols * sizeof *c->y);
}

static void repeat_backward(const Call *c) {
    const ElementLoops *loops = loops_of_elements();
    for (size_t i = 0; c->dw[0] && i < c->batch * c->rows; i++)
        loops->give(1, c->dy + i * c->cols, c->dw[0], c->cols, false);
}

Value op_repeat_parameter(Graph *g, Parameter p, size_t rows) {
    static const Op op = {
        .name = "repeat_parameter", .forward = repeat_forward, .backward = repeat_backward};
    return graph_record(
        g, &(Record){.op = &op, .w = {p}, .rows = rows, .cols = graph_parameter_shape(g, p, 0)});
}
