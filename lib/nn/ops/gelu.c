/* y = x/2 (1 + tanh u) = x s(2u),  u = sqrt(2/pi) (x + 0.044715 x^3),  s the logistic function
 * dx = dy (s + x s (1 - s) 2 u')                                (Hendrycks and Gimpel 2016) */
#include "lib/base/threads.h"
#include "lib/nn/ops/elementwise.h"

static const real twice_root = (real)1.5957691216057308; /* 2 sqrt(2/pi) */
static const real cubic = (real)0.044715;

static inline real gelu_gate(real x) {
    return 1 / (1 + real_exp(-twice_root * (x + cubic * x * x * x)));
}

static void gelu_forward(const Call *c) {
    size_t n = op_elements(c);
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
                             bool first) {
    real given[VECTOR];
    for (size_t k = 0; k < n; k++) {
        real s = gelu_gate(x[k]);
        given[k] = dy[k] * (s + x[k] * s * (1 - s) * twice_root * (1 + 3 * cubic * x[k] * x[k]));
    }
    for (size_t k = 0; k < n; k++) real_store_or_add(&dx[k], given[k], first);
}

static void gelu_backward(const Call *c) {
    size_t n = op_elements(c);
    if (!c->x[0].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        const real *x = c->x[0].data + p.first, *dy = c->dy + p.first;
        real *dx = c->x[0].grad + p.first;
        size_t whole = p.count / VECTOR * VECTOR; /* of a length that compilers know */
        for (size_t i = 0; i < whole; i += VECTOR)
            gelu_back(x + i, dy + i, dx + i, VECTOR, c->x[0].first_grad);
        gelu_back(x + whole, dy + whole, dx + whole, p.count - whole, c->x[0].first_grad);
    }
}

Value op_gelu(Graph *g, Value x) {
    static const Op op = {.name = "gelu",
                          .forward = gelu_forward,
                          .backward = gelu_backward,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
