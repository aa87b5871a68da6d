/* With xhat = (x - mean) rstd,  rstd = 1 / sqrt(var + eps), over all rows of a sample and the
 * columns of a group:
 *   y = xhat w + b
 *   dw = sum dy xhat,  db = sum dy,  dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = dy w
 * (Wu and He 2018). Sums run in double: a group has rows times columns numbers. */
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static const double eps = 1e-6;

static size_t groups(const Call *c) { return c->size[0]; }

static void group_norm_forward(const Call *c) {
    size_t G = groups(c), C = c->cols, width = C / G, n = c->rows * width;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t i = 0; i < c->batch * G; i++) {
        size_t first = i / G * c->rows * C + i % G * width;
        const real *x = c->x[0].data + first, *w = c->w[0] + i % G * width,
                   *b = c->w[1] + i % G * width;
        double sum = 0, squares = 0;
        for (size_t t = 0; t < c->rows; t++)
            for (size_t k = 0; k < width; k++) sum += (double)x[t * C + k];
        double mean = sum / (double)n;
        for (size_t t = 0; t < c->rows; t++)
            for (size_t k = 0; k < width; k++) {
                double d = (double)x[t * C + k] - mean;
                squares += d * d;
            }
        real m = (real)mean, rstd = (real)(1 / sqrt(squares / (double)n + eps));
        for (size_t t = 0; t < c->rows; t++)
            for (size_t k = 0; k < width; k++)
                c->y[first + t * C + k] = (x[t * C + k] - m) * rstd * w[k] + b[k];
        c->saved[2 * i] = m;
        c->saved[2 * i + 1] = rstd;
    }
}

static void input_gradient(const Call *c, size_t i) {
    size_t G = groups(c), C = c->cols, width = C / G, first = i / G * c->rows * C + i % G * width;
    const real *x = c->x[0].data + first, *dy = c->dy + first, *w = c->w[0] + i % G * width;
    const real mean = c->saved[2 * i], rstd = c->saved[2 * i + 1];
    const bool store = c->x[0].first_grad;
    double sum = 0, product = 0, n = (double)(c->rows * width);
    for (size_t t = 0; t < c->rows; t++)
        for (size_t k = 0; k < width; k++) {
            real g = dy[t * C + k] * w[k];
            sum += (double)g;
            product += (double)(g * (x[t * C + k] - mean) * rstd);
        }
    real centre = (real)(sum / n), slope = (real)(product / n);
    for (size_t t = 0; t < c->rows; t++)
        for (size_t k = 0; k < width; k++) {
            real g = dy[t * C + k] * w[k], xhat = (x[t * C + k] - mean) * rstd;
            real_store_or_add(&c->x[0].grad[first + t * C + k], rstd * (g - centre - xhat * slope),
                              store);
        }
}

static void group_norm_backward(const Call *c) {
    size_t G = groups(c), C = c->cols, width = C / G;
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t i = 0; i < c->batch * G; i++)
        if (c->x[0].grad) input_gradient(c, i);
#pragma omp parallel for schedule(static) if (c->batch * c->rows * C > WORTH_THREADS)
    for (size_t j = 0; j < G; j++) /* a column's sums are one thread's */
        for (size_t i = 0; i < c->batch * c->rows; i++) {
            const real *at = c->saved + 2 * (i / c->rows * G + j);
            for (size_t k = j * width; k < (j + 1) * width; k++) {
                real dy = c->dy[i * C + k];
                if (c->dw[0]) c->dw[0][k] += dy * (c->x[0].data[i * C + k] - at[0]) * at[1];
                if (c->dw[1]) c->dw[1][k] += dy;
            }
        }
}

Value op_group_norm(Graph *g, Value x, Parameter w, Parameter b, size_t count) {
    static const Op op = {.name = "group_norm",
                          .forward = group_norm_forward,
                          .backward = group_norm_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true};
    size_t cols = graph_cols(g, x);
    if (count == 0 || cols % count)
        return graph_fail(g, "group_norm: %zu groups do not divide %zu columns", count, cols);
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .w = {w, b},
                                     .rows = graph_rows(g, x),
                                     .cols = cols,
                                     .saved = 2 * count,
                                     .size = {count}});
}
