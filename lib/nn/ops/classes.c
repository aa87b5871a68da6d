/* Numbers as classes: of C equal bins between low and high, by column.
 *   quantise_columns  y = bin of x, from 0; those outside are the first's and the last's
 *   embed_classes     y[t] = [T[x[t, 0]] ... T[x[t, n-1]]],  dT[x[t, j]] += the j-th part of dy[t]
 *   class_entropy     y = mean of logsumexp(z) - z[class],  dz = dy (softmax(z) - onehot) / number
 *   expected_number   y = sum_c p_c centre_c,  p = softmax(z),  dz_c = dy p_c (centre_c - y)
 * z [rows, n C] holds a number's C logits side by side. */
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static void quantise_forward(const Call *c) {
    size_t n = c->batch * c->rows, D = c->cols;
    const real *low = c->w[0], *high = c->w[1], bins = (real)c->size[0];
#pragma omp parallel for schedule(static) if (n * D > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < D; k++) {
            real width = high[k] - low[k], at = c->x[0].data[i * D + k] - low[k];
            real bin = width > 0 ? (real)floor((double)(at / width * bins)) : 0;
            if (!(bin > 0)) bin = 0; /* NaN, too */
            c->y[i * D + k] = bin < bins - 1 ? bin : bins - 1;
        }
}

Value op_quantise_columns(Graph *g, Value x, Parameter low, Parameter high, size_t bins) {
    static const Op op = {.name = "quantise_columns", .forward = quantise_forward};
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .w = {low, high},
                                     .rows = graph_rows(g, x),
                                     .cols = graph_cols(g, x),
                                     .size = {bins}});
}

static void embed_forward(const Call *c) {
    size_t n = c->batch * c->rows * c->x[0].cols, E = c->size[0];
#pragma omp parallel for schedule(static) if (n * E > WORTH_THREADS)
    for (size_t i = 0; i < n; i++)
        memcpy(c->y + i * E, c->w[0] + (size_t)c->x[0].data[i] * E, E * sizeof *c->y);
}

/* In the order of the rows: the table is small. */
static void embed_backward(const Call *c) {
    size_t n = c->batch * c->rows * c->x[0].cols, E = c->size[0];
    for (size_t i = 0; c->dw[0] && i < n; i++) {
        real *restrict to = c->dw[0] + (size_t)c->x[0].data[i] * E;
        for (size_t k = 0; k < E; k++) to[k] += c->dy[i * E + k];
    }
}

Value op_embed_classes(Graph *g, Value classes, Parameter table) {
    static const Op op = {.name = "embed_classes",
                          .forward = embed_forward,
                          .backward = embed_backward,
                          .backward_reads_x = true};
    size_t E = graph_parameter_shape(g, table, 1);
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {classes},
                                     .w = {table},
                                     .rows = graph_rows(g, classes),
                                     .cols = graph_cols(g, classes) * E,
                                     .size = {E}});
}

/* exp(z - max) into p; returns the sum. */
static real exponentials(const real *z, real *restrict p, size_t C, real *top) {
    real sum = 0;
    *top = real_max(z, C);
#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < C; k++) sum += p[k] = real_exp(z[k] - *top);
    return sum;
}

enum { MOST = OP_MAX_CLASSES };

static void entropy_forward(const Call *c) {
    size_t n = c->batch * c->x[1].rows * c->x[1].cols, C = c->size[0];
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        real p[MOST], top, all = exponentials(c->x[0].data + i * C, p, C, &top);
        real own = c->x[0].data[i * C + (size_t)c->x[1].data[i]];
        sum += log((double)all) + (double)top - (double)own;
    }
    c->y[0] = (real)(sum / (double)n);
}

static void entropy_backward(const Call *c) {
    size_t n = c->batch * c->x[1].rows * c->x[1].cols, C = c->size[0];
    const real step = c->dy[0] / (real)n;
    const bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        real p[MOST], top, sum = exponentials(c->x[0].data + i * C, p, C, &top);
        real *dz = c->x[0].grad + i * C, over = step / sum;
        p[(size_t)c->x[1].data[i]] -= sum;
        for (size_t k = 0; k < C; k++) real_store_or_add(&dz[k], over * p[k], first);
    }
}

static bool fits(const Graph *g, Value logits, Value classes, size_t bins) {
    return bins > 0 && bins <= MOST && graph_rows(g, logits) == graph_rows(g, classes) &&
           graph_cols(g, logits) == bins * graph_cols(g, classes);
}

Value op_class_entropy(Graph *g, Value logits, Value classes, size_t bins) {
    static const Op op = {.name = "class_entropy",
                          .forward = entropy_forward,
                          .backward = entropy_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .scalar = true};
    if (!fits(g, logits, classes, bins))
        return graph_fail(g, "class_entropy: not one logit for each class of each number");
    return graph_record(
        g,
        &(Record){
            .op = &op, .inputs = 2, .x = {logits, classes}, .rows = 1, .cols = 1, .size = {bins}});
}

static real centre(const Call *c, size_t column, size_t bin) {
    real low = c->w[0][column], high = c->w[1][column];
    return low + (high - low) * ((real)bin + (real)0.5) / (real)c->size[0];
}

/* The class at that quantile, the standard normal distribution's of x. */
static size_t drawn(const real *p, size_t C, real sum, real x) {
    double left = 0.5 * erfc(-(double)x / sqrt(2)) * (double)sum;
    size_t bin = 0;
    for (; bin + 1 < C && left >= (double)p[bin]; bin++) left -= (double)p[bin];
    return bin;
}

static void expected_forward(const Call *c) {
    size_t n = c->batch * c->rows * c->cols, C = c->size[0];
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        real p[MOST], top, sum = exponentials(c->x[0].data + i * C, p, C, &top), mean = 0;
        const real noise = c->inputs > 1 ? c->x[1].data[i] : 0;
        for (size_t k = 0; k < C; k++) mean += p[k] * ((real)k + (real)0.5);
        mean /= sum;
        if (noise != 0) mean = (real)drawn(p, C, sum, noise) + (real)0.5;
        real low = c->w[0][i % c->cols], high = c->w[1][i % c->cols];
        c->y[i] = low + (high - low) * mean / (real)C;
    }
}

static void expected_backward(const Call *c) {
    size_t n = c->batch * c->rows * c->cols, C = c->size[0];
    const bool first = c->x[0].first_grad;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        real p[MOST], top, over = 1 / exponentials(c->x[0].data + i * C, p, C, &top);
        real *dz = c->x[0].grad + i * C;
        for (size_t k = 0; k < C; k++)
            real_store_or_add(
                &dz[k], c->dy[i] * p[k] * over * (centre(c, i % c->cols, k) - c->y[i]), first);
    }
}

Value op_expected_number(Graph *g, Value logits, Value noise, Parameter low, Parameter high,
                         size_t bins) {
    static const Op op = {.name = "expected_number",
                          .forward = expected_forward,
                          .backward = expected_backward,
                          .backward_reads_x = true,
                          .backward_reads_y = true,
                          .writes_first_grad = true};
    size_t rows = graph_rows(g, logits), D = graph_parameter_shape(g, low, 0);
    bool noisy = value_exists(noise);
    if (bins == 0 || bins > MOST || graph_cols(g, logits) != bins * D ||
        (noisy && (graph_rows(g, noise) != rows || graph_cols(g, noise) != D)))
        return graph_fail(g, "expected_number: not one logit for each class of each number");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = noisy ? 2 : 1,
                                     .x = {logits, noise},
                                     .w = {low, high},
                                     .rows = rows,
                                     .cols = D,
                                     .size = {bins}});
}
