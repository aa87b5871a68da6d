/* Of the variational auto-encoder (Kingma and Welling 2014):
 * log_sigmoid     y = -log(1 + exp(-x)),  dx = dy (1 - exp(y))
 * reparameterise  z = mean + exp(logvar/2) eps,  dmean = dz,  dlogvar = dz eps exp(logvar/2) / 2
 * kl_divergence   y = mean of (m^2 + exp(v) - 1 - v) / 2,  dm = m / n,  dv = (exp(v) - 1) / 2n */
#include "lib/nn/ops/elementwise.h"

static void log_sigmoid_forward(const Call *c) {
    const real *x = c->x[0].data;
    for (size_t i = 0, n = op_elements(c); i < n; i++)
        c->y[i] = (real)(fmin((double)x[i], 0) - log1p(exp(-fabs((double)x[i]))));
}

static void log_sigmoid_backward(const Call *c) {
    if (!c->x[0].grad) return;
    for (size_t i = 0, n = op_elements(c); i < n; i++)
        c->x[0].grad[i] -= c->dy[i] * (real)expm1((double)c->y[i]);
}

Value op_log_sigmoid(Graph *g, Value x) {
    static const Op op = {.name = "log_sigmoid",
                          .forward = log_sigmoid_forward,
                          .backward = log_sigmoid_backward,
                          .backward_reads_y = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 1, .x = {x}});
}

static void sample_forward(const Call *c) {
    const real *mean = c->x[0].data, *logvar = c->x[1].data, *eps = c->x[2].data;
    for (size_t i = 0, n = op_elements(c); i < n; i++)
        c->y[i] = mean[i] + real_exp(logvar[i] / 2) * eps[i];
}

static void sample_backward(const Call *c) {
    const real *logvar = c->x[1].data, *eps = c->x[2].data;
    for (size_t i = 0, n = op_elements(c); i < n; i++) {
        if (c->x[0].grad) c->x[0].grad[i] += c->dy[i];
        if (c->x[1].grad) c->x[1].grad[i] += c->dy[i] * eps[i] * real_exp(logvar[i] / 2) / 2;
    }
}

Value op_reparameterise(Graph *g, Value mean, Value logvar, Value eps) {
    static const Op op = {.name = "reparameterise",
                          .forward = sample_forward,
                          .backward = sample_backward,
                          .backward_reads_x = true};
    return op_record_same_shape(g, &(Record){.op = &op, .inputs = 3, .x = {mean, logvar, eps}});
}

/* Elements of an operand: the result has one. */
static size_t total(const Call *c) { return c->batch * c->x[0].rows * c->x[0].cols; }

static void kl_forward(const Call *c) {
    const real *m = c->x[0].data, *v = c->x[1].data;
    size_t n = total(c);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)(m[i] * m[i] + real_exp(v[i]) - 1 - v[i]);
    c->y[0] = (real)(sum / (2 * (double)n));
}

static void kl_backward(const Call *c) {
    const real *m = c->x[0].data, *v = c->x[1].data;
    size_t n = total(c);
    for (size_t i = 0; i < n; i++) {
        if (c->x[0].grad) c->x[0].grad[i] += c->dy[0] * m[i] / (real)n;
        if (c->x[1].grad) c->x[1].grad[i] += c->dy[0] * (real_exp(v[i]) - 1) / (2 * (real)n);
    }
}

Value op_kl_divergence(Graph *g, Value mean, Value logvar) {
    static const Op op = {.name = "kl_divergence",
                          .forward = kl_forward,
                          .backward = kl_backward,
                          .backward_reads_x = true,
                          .scalar = true};
    return graph_record(
        g, &(Record){.op = &op, .inputs = 2, .x = {mean, logvar}, .rows = 1, .cols = 1});
}
