/* The smoother: what it leaves alone, what it converges to, and that its result costs least. */
#include <math.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/nn/ops/ops.h"
#include "test/lib/nn/one_sample.h"

enum { K = 7, ROWS = K + 3 };

static void quadratics_stay(void **state) {
    (void)state;
    static const double lambdas[] = {0.5, 18, 1e4};
    for (int i = 0; i < 3; i++) {
        One o;
        double x[ROWS * 2];
        one_begin(&o, ROWS, 2);
        o.y = op_smooth_rows(o.g, o.x, lambdas[i]);
        for (size_t t = 0; t < ROWS; t++) {
            x[2 * t] = 1 + 0.3 * (double)t - 0.02 * (double)(t * t);
            x[2 * t + 1] = -2;
        }
        const real *y = one_run(&o, x);
        for (size_t k = 0; k < 2 * K; k++)
            assert_true(fabs((double)y[k] - x[6 + k]) <
                        2e-5); /* the matrix is float32 and extrapolates */
        one_end(&o);
    }
}

static void nothing_to_smooth_by(void **state) {
    (void)state;
    One o;
    double x[ROWS];
    Rng r = rng_seed(1);
    one_begin(&o, ROWS, 1);
    o.y = op_smooth_rows(o.g, o.x, 0);
    for (size_t t = 0; t < ROWS; t++) x[t] = rng_normal(&r);
    const real *y = one_run(&o, x);
    for (size_t k = 0; k < K; k++) assert_true(y[k] == (real)x[3 + k]);
    one_end(&o);
}

/* All weight on the third differences: the past's parabola goes on, whatever the predictor says. */
static void only_smoothness(void **state) {
    (void)state;
    One o;
    double x[ROWS] = {1, 1.5, 3};
    Rng r = rng_seed(1);
    one_begin(&o, ROWS, 1);
    o.y = op_smooth_rows(o.g, o.x, 1e9);
    for (size_t t = 3; t < ROWS; t++) x[t] = rng_normal(&r);
    const real *y = one_run(&o, x);
    for (size_t k = 0; k < K; k++) { /* x(t) = 1 + 0.5 t^2 ... through (0,1), (1,1.5), (2,3) */
        double t = (double)(k + 3), due = 1 + 0.5 * t * t;
        assert_true(fabs((double)y[k] - due) < 1e-3 * due);
    }
    one_end(&o);
}

static double cost(const double *x, const real *y, const double *change, double lambda) {
    double all[ROWS], sum = 0;
    for (size_t t = 0; t < ROWS; t++) all[t] = t < 3 ? x[t] : (double)y[t - 3] + change[t - 3];
    for (size_t t = 3; t < ROWS; t++)
        sum += pow(all[t] - x[t], 2) +
               lambda * pow(all[t] - 3 * all[t - 1] + 3 * all[t - 2] - all[t - 3], 2);
    return sum;
}

static void least_of_its_cost(void **state) {
    (void)state;
    One o;
    double x[ROWS], change[K] = {0};
    Rng r = rng_seed(2);
    one_begin(&o, ROWS, 1);
    o.y = op_smooth_rows(o.g, o.x, 18);
    for (size_t t = 0; t < ROWS; t++) x[t] = rng_normal(&r);
    const real *y = one_run(&o, x);
    double least = cost(x, y, change, 18);
    for (int i = 0; i < 100; i++) {
        for (size_t k = 0; k < K; k++) change[k] = 0.01 * rng_normal(&r);
        assert_true(cost(x, y, change, 18) > least);
    }
    one_end(&o);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quadratics_stay),
        cmocka_unit_test(nothing_to_smooth_by),
        cmocka_unit_test(only_smoothness),
        cmocka_unit_test(least_of_its_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
