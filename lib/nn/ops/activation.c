/* The pointwise nonlinearity and softmax. */
#include "lib/base/threads.h"
#include "lib/nn/ops/ops.h"

/* op_gelu(x) = x/2 (1 + tanh u) = x s(2u), u = sqrt(2/pi) (x + 0.044715 x^3), s the logistic
 * function gelu'(x) = s + x s (1 - s) 2 u' */
static const real twice_root = (real)1.5957691216057308; /* 2 sqrt(2/pi) */
static const real cubic = (real)0.044715;

static inline real gelu_gate(real x) {
    return 1 / (1 + real_exp(-twice_root * (x + cubic * x * x * x)));
}

static void gelu_forward(const Call *c) {
    size_t n = c->batch * c->rows * c->cols;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const real *restrict x = c->x[0].data + p.first;
        real *restrict y = c->y + p.first;
        for (size_t i = 0; i < p.count; i++) y[i] = x[i] * gelu_gate(x[i]);
    }
}

/* n <= VECTOR elements; dx may be dy. */
static inline void gelu_back(const real *restrict x, const real *dy, real *dx, size_t n,
                             bool fresh) {
    real given[VECTOR];
    for (size_t k = 0; k < n; k++) {
        real s = gelu_gate(x[k]);
        given[k] = dy[k] * (s + x[k] * s * (1 - s) * twice_root * (1 + 3 * cubic * x[k] * x[k]));
    }
    for (size_t k = 0; k < n; k++) real_store_or_add(&dx[k], given[k], fresh);
}

static void gelu_backward(const Call *c) {
    size_t n = c->batch * c->rows * c->cols;
    if (!c->x[0].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const real *x = c->x[0].data + p.first, *dy = c->dy + p.first;
        real *dx = c->x[0].grad + p.first;
        size_t whole = p.count / VECTOR * VECTOR; /* of a length that compilers know */
        for (size_t i = 0; i < whole; i += VECTOR)
            gelu_back(x + i, dy + i, dx + i, VECTOR, c->x[0].fresh);
        gelu_back(x + whole, dy + whole, dx + whole, p.count - whole, c->x[0].fresh);
    }
}

Value op_gelu(Graph *g, Value x) {
    static const Op op = {.name = "gelu",
                          .forward = gelu_forward,
                          .backward = gelu_backward,
                          .backward_reads_x = true,
                          .sets_gradients = true,
                          .in_place = true};
    return graph_record(
        g,
        &(Record){
            .op = &op, .inputs = 1, .x = {x}, .rows = graph_rows(g, x), .cols = graph_cols(g, x)});
}

/* y = exp(x - max) / sum,  dx = y (dy - sum(dy y)) */
static void softmax_forward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        const real *x = c->x[0].data + i * C;
        real *y = c->y + i * C, top = real_max(x, C), sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < C; k++) sum += y[k] = real_exp(x[k] - top);
        for (size_t k = 0; k < C; k++) y[k] /= sum;
    }
}

static void softmax_backward(const Call *c) {
    size_t n = c->batch * c->rows, C = c->cols;
    bool fresh = c->x[0].fresh;
    if (!c->x[0].grad) return;
#pragma omp parallel for schedule(static) if (n * C > WORTH_THREADS)
    for (size_t i = 0; i < n; i++) {
        const real *y = c->y + i * C, *dy = c->dy + i * C;
        real *dx = c->x[0].grad + i * C, dot = 0;
#pragma omp simd reduction(+ : dot)
        for (size_t k = 0; k < C; k++) dot += dy[k] * y[k];
        for (size_t k = 0; k < C; k++) real_store_or_add(&dx[k], y[k] * (dy[k] - dot), fresh);
    }
}

Value op_softmax(Graph *g, Value x) {
    static const Op op = {.name = "softmax",
                          .forward = softmax_forward,
                          .backward = softmax_backward,
                          .backward_reads_y = true,
                          .sets_gradients = true};
    return graph_record(
        g,
        &(Record){
            .op = &op, .inputs = 1, .x = {x}, .rows = graph_rows(g, x), .cols = graph_cols(g, x)});
}
