/* With xhat = (x - mean) rstd,  rstd = 1 / sqrt(var + eps), over the columns of each row:
 *   y = xhat w + b
 *   dw = sum dy xhat,  db = sum dy,  dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = dy w
 * (Ba et al. 2016) */
#include "lib/base/part.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static const real eps = (real)1e-5;

static void layer_norm_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    const real *w = c->w[0], *b = c->w[1];
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        const real *x = c->x[0].data + i * C;
        real *y = c->y + i * C;
        real sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < C; k++) sum += x[k];
        real mean = sum / (real)C;
#pragma omp simd reduction(+ : squares)
        for (size_t k = 0; k < C; k++) squares += (x[k] - mean) * (x[k] - mean);
        real rstd = 1 / real_sqrt(squares / (real)C + eps);
        for (size_t k = 0; k < C; k++) y[k] = (x[k] - mean) * rstd * w[k] + b[k];
        c->saved[2 * i] = mean;
        c->saved[2 * i + 1] = rstd;
    }
}

/* Of the rows; each sums its own dw and db, so that the sums do not depend on the number of
 * threads.
 */
enum { PARTS = 32 };

static void backward_part(const Call *c, Part rows, real *restrict dw, real *restrict db) {
    size_t C = c->cols;
    const real *w = c->w[0];
    const bool first = c->x[0].first_grad;
    memset(dw, 0, C * sizeof *dw);
    memset(db, 0, C * sizeof *db);
    for (size_t i = rows.first; i < rows.first + rows.count; i++) {
        const real *x = c->x[0].data + i * C, *dy = c->dy + i * C;
        real mean = c->saved[2 * i], rstd = c->saved[2 * i + 1], sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
        for (size_t k = 0; k < C; k++) {
            sum += dy[k] * w[k];
            product += dy[k] * w[k] * (x[k] - mean);
            dw[k] += dy[k] * (x[k] - mean) * rstd;
            db[k] += dy[k];
        }
        if (!c->x[0].grad) continue;
        real *dx = c->x[0].grad + i * C;
        sum /= (real)C;
        product *= rstd / (real)C;
        for (size_t k = 0; k < C; k++)
            real_store_or_add(&dx[k], rstd * (dy[k] * w[k] - sum - (x[k] - mean) * rstd * product),
                              first);
    }
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
