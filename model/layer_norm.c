/* xhat = (x - mean) rstd,  y = xhat w + b,  rstd = 1 / sqrt(var + eps)
 * dw = sum dy xhat,  db = sum dy,  dx = rstd (g - mean(g) - xhat mean(g xhat)),  g = dy w */
#include "ops.h"

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

static void layer_norm_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    const real *w = c->w[0];
    bool fresh = c->x[0].fresh;
    if (c->x[0].grad) {
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
        for (size_t i = 0; i < n; i++) {
            const real *x = c->x[0].data + i * C, *dy = c->dy + i * C;
            real *dx = c->x[0].grad + i * C;
            real mean = c->saved[2 * i], rstd = c->saved[2 * i + 1], sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
            for (size_t k = 0; k < C; k++) {
                sum += dy[k] * w[k];
                product += dy[k] * w[k] * (x[k] - mean);
            }
            sum /= (real)C;
            product *= rstd / (real)C;
            for (size_t k = 0; k < C; k++) real_give(&dx[k], rstd * (dy[k] * w[k] - sum - (x[k] - mean) * rstd * product), fresh);
        }
    }
    if (!c->dw[0] && !c->dw[1]) return;
    enum { BLOCK = 64 };
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t first = 0; first < C; first += BLOCK) {
        size_t width = C - first < BLOCK ? C - first : BLOCK;
        real dw[BLOCK] = {0}, db[BLOCK] = {0};
        for (size_t i = 0; i < n; i++) {
            const real *x = c->x[0].data + i * C + first, *dy = c->dy + i * C + first;
            real mean = c->saved[2 * i], rstd = c->saved[2 * i + 1];
            for (size_t k = 0; k < width; k++) {
                dw[k] += dy[k] * (x[k] - mean) * rstd;
                db[k] += dy[k];
            }
        }
        for (size_t k = 0; k < width; k++) {
            if (c->dw[0]) c->dw[0][first + k] += dw[k];
            if (c->dw[1]) c->dw[1][first + k] += db[k];
        }
    }
}

Value layer_norm(Graph *g, Value x, Parameter w, Parameter b) {
    static const Op op = {.name = "layer_norm", .forward = layer_norm_forward, .backward = layer_norm_backward, .backward_reads_x = true, .sets_gradients = true};
    return graph_record(g, &(Record){.op = &op, .inputs = 1, .x = {x}, .w = {w, b}, .rows = graph_rows(g, x),
                                     .cols = graph_cols(g, x), .saved = 2 * graph_rows(g, x)});
}
