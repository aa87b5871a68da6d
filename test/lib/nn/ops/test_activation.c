/* Activations and softmax in float32 against their definitions in float64; exp and tanh. */
#include "test/lib/nn/ops/one_op.h"

static Value record_gelu(Graph *g, Value x, const size_t *s) {
    (void)s;
    return op_gelu(g, x);
}

static void gelu_is_its_definition(void **state) {
    (void)state;
    One o = {0};
    one_begin(&o, record_gelu, 7, 61, NULL);
    double due[BATCH * 7 * 61];
    real *x = graph_data(o.g, o.x);
    for (size_t i = 0; i < BATCH * 7 * 61; i++) {
        if (i % 3 == 0) x[i] *= 10; /* tails too */
        double v = (double)x[i];
        due[i] = 0.5 * v * (1 + tanh(sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
    }
    graph_forward(o.g, BATCH);
    assert_near(graph_data(o.g, o.y), due, BATCH * 7 * 61, 2e-6);
    one_end(&o);
}

static Value record_activation(Graph *g, Value x, const size_t *s) {
    Value (*const activations[])(Graph *, Value) = {op_relu, op_sigmoid, op_tanh, op_log_sigmoid};
    return activations[*s](g, x);
}

/* Far out by its series, where 1 + exp(-x) is 1. */
static double log_sigmoid(double x) { return x > 18 ? -exp(-x) : -log(1 + exp(-x)); }

/* To a few units in the last place, at zero too: relative to the result. */
static void activations_are_their_definitions(void **state) {
    (void)state;
    enum { N = BATCH * 7 * 61 };
    for (size_t kind = 0; kind < 4; kind++) {
        One o = {0};
        one_begin(&o, record_activation, 7, 61, &kind);
        real *x = graph_data(o.g, o.x);
        for (size_t i = 0; i < N; i++) x[i] *= (real)pow(10, (double)(i % 7) - 5);
        x[0] = -200;
        x[1] = 200;
        x[2] = 0;
        graph_forward(o.g, BATCH);
        const real *y = graph_data(o.g, o.y);
        for (size_t i = 0; i < N; i++) {
            double v = (double)x[i];
            double due[4] = {v > 0 ? v : 0, 1 / (1 + exp(-v)), tanh(v), log_sigmoid(v)};
            if (!(fabs((double)y[i] - due[kind]) <= 4e-7 * fabs(due[kind]) + 5e-38))
                fail_msg("%zu at %.9g: %.9g, due %.9g", kind, v, (double)y[i], due[kind]);
        }
        x[0] = NAN;
        graph_forward(o.g, BATCH);
        assert_true(isnan(graph_data(o.g, o.y)[0]));
        one_end(&o);
    }
}

/* [x, x^2 / 2] of columns 1 to 3. */
static Value record_softmax(Graph *g, Value x, const size_t *s) {
    (void)s;
    return op_softmax(g, x);
}

static void softmax_is_its_definition(void **state) {
    (void)state;
    static const size_t widths[] = {1, 2, 17, 129};
    for (size_t i = 0; i < 4; i++) {
        size_t C = widths[i];
        One o = {0};
        one_begin(&o, record_softmax, 3, C, NULL);
        double *due = calloc(BATCH * 3 * C, sizeof *due);
        real *x = graph_data(o.g, o.x);
        for (size_t r = 0; r < BATCH * 3; r++) {
            double sum = 0;
            for (size_t k = 0; k < C; k++) {
                x[r * C + k] = x[r * C + k] * 5 +
                               (r == 1   ? 1000
                                : r == 2 ? -1000
                                         : 0); /* far from zero only the differences count */
                sum += due[r * C + k] = exp((double)x[r * C + k] - (r == 1   ? 1000
                                                                    : r == 2 ? -1000
                                                                             : 0));
            }
            for (size_t k = 0; k < C; k++) due[r * C + k] /= sum;
        }
        graph_forward(o.g, BATCH);
        assert_near(graph_data(o.g, o.y), due, BATCH * 3 * C, 1e-6);
        free(due);
        one_end(&o);
    }
}

static void exp_keeps_its_bound(void **state) {
    (void)state;
    double worst = 0;
    for (int i = -86 * 4096; i <= 86 * 4096; i++) {
        real x = (real)i / 4096 + (real)1e-5 * (real)(i % 7);
        if (x < -86 || x > 86) continue;
        double due = exp((double)x);
        worst = fmax(worst, fabs((double)real_exp(x) - due) / due);
    }
    if (!(worst < 3e-7)) fail_msg("relative error %g", worst);
    assert_true(real_exp(0) == 1);
}

static void tanh_keeps_its_bound(void **state) {
    (void)state;
    double worst = 0;
    for (int i = -10 * 4096; i <= 10 * 4096; i++) {
        real x = (real)i / 4096 + (real)1e-5 * (real)(i % 7 + 1);
        worst = fmax(worst, fabs((double)real_tanh(x) / tanh((double)x) - 1));
    }
    if (!(worst < 3e-7)) fail_msg("relative error %g", worst);
    assert_true(real_tanh(0) == 0 && real_tanh(1e-20f) == 1e-20f && real_tanh(-100) == -1);
}

static void exp_beyond_its_range(void **state) {
    (void)state;
    static const real far[] = {87, 88, 100, 1000, 1e30f};
    for (size_t i = 0; i < 5; i++) {
        assert_true(real_exp(far[i]) >= 2e37f && isfinite(real_exp(far[i])));
        assert_true(real_exp(-far[i]) > 0 && real_exp(-far[i]) <= 5e-38f &&
                    isnormal(real_exp(-far[i])));
    }
    assert_true(isnan(real_exp(NAN)));
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gelu_is_its_definition),
        cmocka_unit_test(softmax_is_its_definition),
        cmocka_unit_test(activations_are_their_definitions),
        cmocka_unit_test(exp_keeps_its_bound),
        cmocka_unit_test(exp_beyond_its_range),
        cmocka_unit_test(tanh_keeps_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
