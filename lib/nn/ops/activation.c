/* relu     y = max(x, 0),             dx = dy for y > 0, else 0
 * sigmoid  y = 1 / (1 + exp(-x)),     dx = dy y (1 - y)
 * tanh     y = tanh x,                dx = dy (1 - y^2) */
#include "lib/base/threads.h"
#include "lib/nn/ops/elementwise.h"

/* Of n elements each; dx may be dy. */
typedef void (*Forward)(const real *restrict x, real *restrict y, size_t n);
typedef void (*Backward)(const real *restrict y, const real *dy, real *dx, size_t n, bool first);

static void run_forward(const Call *c, Forward forward) {
    size_t n = op_elements(c);
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        forward(c->x[0].data + p.first, c->y + p.first, p.count);
    }
}

static void run_backward(const Call *c, Backward backward) {
    size_t n = op_elements(c);
    if (!c->x[0].grad) return;
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        backward(c->y + p.first, c->dy + p.first, c->x[0].grad + p.first, p.count,
                 c->x[0].first_grad);
    }
}

static void relu(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i]; /* NaN stays */
}

static void relu_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], y[i] > 0 ? dy[i] : 0, first);
}

static void sigmoid(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = 1 / (1 + real_exp(-x[i]));
}

static void sigmoid_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], dy[i] * y[i] * (1 - y[i]), first);
}

static void hyperbolic_tangent(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = real_tanh(x[i]);
}

static void tanh_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], dy[i] * (1 - y[i] * y[i]), first);
}

static void relu_forward(const Call *c) { run_forward(c, relu); }
static void relu_backward(const Call *c) { run_backward(c, relu_back); }
static void sigmoid_forward(const Call *c) { run_forward(c, sigmoid); }
static void sigmoid_backward(const Call *c) { run_backward(c, sigmoid_back); }
static void tanh_forward(const Call *c) { run_forward(c, hyperbolic_tangent); }
static void tanh_backward(const Call *c) { run_backward(c, tanh_back); }

Value op_relu(Graph *g, Value x) {
    static const Op op = {.name = "relu",
                          .forward = relu_forward,
                          .backward = relu_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

Value op_sigmoid(Graph *g, Value x) {
    static const Op op = {.name = "sigmoid",
                          .forward = sigmoid_forward,
                          .backward = sigmoid_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

Value op_tanh(Graph *g, Value x) {
    static const Op op = {.name = "tanh",
                          .forward = tanh_forward,
                          .backward = tanh_backward,
                          .backward_reads_y = true,
                          .writes_first_grad = true,
                          .grad_in_place = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}
