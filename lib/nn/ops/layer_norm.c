/* With xhat = (x - mean) rstd,  rstd = 1 / sqrt(var + eps), over the columns of each row:
 *   y = xhat w + b
 *   dw = sum dy xhat,  db = sum dy,  dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = dy w
 * (Ba et al. 2016) */
#include "lib/base/part.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static void layer_norm_forward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        RowMoments m = loops->layer_norm(c->x[0].data + i * C, c->w[0], c->w[1], c->y + i * C, C);
        c->saved[2 * i] = m.mean;
        c->saved[2 * i + 1] = m.rstd;
    }
}

/* Of the rows; each sums its own dw and db, so that the sums do not depend on the number of
 * threads.
 */
enum { PARTS = 32 };

static void backward_part(const Call *c, Part rows, real *dw, real *db) {
    const RowLoops *loops = loops_of_rows();
    size_t C = c->cols;
    memset(dw, 0, C * sizeof *dw);
    memset(db, 0, C * sizeof *db);
    for (size_t i = rows.first; i < rows.first + rows.count; i++)
        loops->layer_norm_back(c->x[0].data + i * C, c->w[0], c->dy + i * C,
                               (RowMoments){c->saved[2 * i], c->saved[2 * i + 1]},
                               c->x[0].grad ? c->x[0].grad + i * C : NULL, dw, db, C,
                               c->x[0].first_grad);
}

static void layer_norm_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    real *sums = c->scratch; /* [PARTS][2][C] */
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t p = 0; p < PARTS; p++)
        backward_part(c, part_of(n, 1, p, PARTS), sums + 2 * p * C, sums + (2 * p + 1) * C);
    for (size_t p = 0; p < PARTS; p++)
        for (int i = 0; i < 2; i++)
            for (size_t k = 0; c->dw[i] && k < C; k++)
                c->dw[i][k] += sums[(2 * p + (size_t)i) * C + k];
}

Value op_layer_norm(Graph *g, Value x, Parameter w, Parameter b) {
    static const Op op = {.name = "layer_norm",
                          .forward = layer_norm_forward,
                          .backward = layer_norm_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true};
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .w = {w, b},
                                     .rows = graph_rows(g, x),
                                     .cols = graph_cols(g, x),
                                     .saved = 2 * graph_rows(g, x),
                                     .scratch = 2 * PARTS * graph_cols(g, x)});
}
