/* Parameters: declarations, initial values, and Adam against its formula by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/threads.h"
#include "lib/nn/params.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static int declare(Params *p, const char *name, int rank, size_t a, size_t b, Init init) {
    Error err;
    int i = params_declare(p, name, rank, (size_t[]){a, b}, init, &err);
    assert_true(i >= 0);
    return i;
}

static void allocate(Params *p) {
    Error err;
    assert_int_equal(params_allocate(p, true, &err), 0);
}

static void declarations(void **state) {
    (void)state;
    Params p = {0};
    Error err;
    int w = declare(&p, "a.weight", 2, 3, 5, INIT_GLOROT),
        b = declare(&p, "a.bias", 1, 3, 0, INIT_ZERO);
    assert_int_equal(declare(&p, "a.weight", 2, 3, 5, INIT_GLOROT), w); /* found again */
    assert_int_equal(params_declare(&p, "a.weight", 2, (size_t[]){5, 3}, INIT_GLOROT, &err), -1);
    assert_non_null(strstr(err.text, "a.weight has another shape"));
    assert_int_equal(params_find(&p, "a.bias"), b);
    assert_int_equal(params_find(&p, "a.biases"), -1);
    assert_int_equal(params_declare(&p, "huge", 2, (size_t[]){SIZE_MAX / 2, 3}, INIT_ZERO, &err),
                     -1);
    assert_non_null(strstr(err.text, "huge is too large"));
    params_free(&p);
    w = declare(&p, "w", 2, 3, 5, INIT_GLOROT);
    b = declare(&p, "b", 1, 3, 0, INIT_ZERO);
    allocate(&p);
    assert_true(p.items[b].offset >= 15 && p.items[b].offset % 16 == 0);
    assert_int_equal(params_declare(&p, "late", 1, (size_t[]){1}, INIT_ZERO, &err), -1);
    assert_non_null(strstr(err.text, "late is missing"));
    params_free(&p);
}

/* As many as a model of 256 layers has: each is found again, and only those. */
static void many_names(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    Params p = {0};
    char name[32];
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "blocks.%d.weight", i);
        assert_int_equal(params_find(&p, name), -1);
        assert_int_equal(declare(&p, name, 1, 1, 0, INIT_ZERO), i);
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "blocks.%d.weight", i);
        assert_int_equal(params_find(&p, name), i);
        snprintf(name, sizeof name, "blocks.%d.bias", i);
        assert_int_equal(params_find(&p, name), -1);
    }
    params_free(&p);
    assert_int_equal(params_find(&p, "blocks.0.weight"), -1);
}

/* 8 filters of 4 channels and 3 x 5: a product of four numbers, and no more dimensions. Glorot's
 * bound is sqrt(6 / (15 (4 + 8))). */
static void convolution_weights(void **state) {
    (void)state;
    Params p = {0};
    Error err;
    const size_t shape[5] = {8, 4, 3, 5, 1};
    assert_int_equal(params_declare(&p, "conv", 4, shape, INIT_GLOROT, &err), 0);
    assert_int_equal(p.items[0].count, 480);
    assert_int_equal(params_declare(&p, "conv", 3, shape, INIT_GLOROT, &err), -1);
    assert_int_equal(params_declare(&p, "volume", 5, shape, INIT_ZERO, &err), -1);
    assert_non_null(strstr(err.text, "volume has 5 dimensions, at most 4"));
    assert_int_equal(params_find(&p, "volume"), -1);
    allocate(&p);
    Rng r = rng_seed(1);
    params_initialise(&p, &r);
    double most = 0, bound = sqrt(6. / 180);
    for (size_t k = 0; k < 480; k++) { /* not fmax, over which gcc 12 for Arm stumbles */
        double size = fabs((double)p.value[k]);
        most = size > most ? size : most;
    }
    assert_true(most <= bound && most > 0.95 * bound);
    params_free(&p);
}

static void initial_values(void **state) {
    (void)state;
    Params p[3] = {{0}, {0}, {0}};
    for (int i = 0; i < 3; i++) {
        declare(&p[i], "glorot", 2, 70, 30, INIT_GLOROT);
        declare(&p[i], "normal", 2, 50, 60, INIT_NORMAL);
        declare(&p[i], "zero", 1, 9, 0, INIT_ZERO);
        declare(&p[i], "one", 1, 9, 0, INIT_ONE);
        declare(&p[i], "given", 1, 9, 0, INIT_GIVEN);
        allocate(&p[i]);
        for (size_t k = 0; k < 9; k++) p[i].value[p[i].items[4].offset + k] = 42;
        Rng r = rng_seed(i == 2 ? 6 : 5);
        params_initialise(&p[i], &r);
    }
    assert_memory_equal(p[0].value, p[1].value, p[0].total * sizeof(real));
    assert_memory_not_equal(p[0].value, p[2].value, p[0].total * sizeof(real));
    double limit = sqrt(6.0 / 100), sum = 0, squares = 0, most = 0;
    for (size_t k = 0; k < 2100; k++) {
        double x = (double)p[0].value[k];
        assert_true(fabs(x) <= limit * (1 + 1e-7));
        sum += x;
        squares += x * x;
        most = fmax(most, fabs(x));
    }
    assert_true(fabs(sum / 2100) <
                4 * limit / sqrt(3 * 2100.0)); /* uniform: mean 0, variance limit^2 / 3 */
    assert_true(fabs(squares / 2100 / (limit * limit / 3) - 1) < 0.1);
    assert_true(most > 0.99 * limit);
    sum = squares = most = 0;
    for (size_t k = 0; k < 3000; k++) {
        double x = (double)p[0].value[p[0].items[1].offset + k] / 0.02;
        assert_true(fabs(x) <= 2 + 1e-6);
        sum += x;
        squares += x * x;
        most = fmax(most, fabs(x));
    }
    assert_true(fabs(sum / 3000) < 4 / sqrt(3000.0));
    assert_true(fabs(squares / 3000 - 0.7737) <
                0.08); /* the variance of a normal cut at two sigma */
    assert_true(most > 1.95);
    for (size_t k = 0; k < 9; k++) {
        assert_true(p[0].value[p[0].items[2].offset + k] == 0);
        assert_true(p[0].value[p[0].items[3].offset + k] == 1);
        assert_true(p[0].value[p[0].items[4].offset + k] == 42);
    }
    for (int i = 0; i < 3; i++) params_free(&p[i]);
}

/* Three steps in float64, written from Kingma and Ba's algorithm 1; a large parameter too, which is
 * updated in parallel. */
static void adam_by_hand(void **state) {
    (void)state;
    enum { SMALL = 5, LARGE = 20000 };
    Params p = {0};
    int small = declare(&p, "small", 1, SMALL, 0, INIT_ZERO),
        large = declare(&p, "large", 1, LARGE, 0, INIT_ZERO),
        frozen = declare(&p, "frozen", 1, SMALL, 0, INIT_ZERO);
    allocate(&p);
    params_set_trainable(&p, "fro", false);
    size_t n = p.total;
    double *w = calloc(n, sizeof *w), *m = calloc(n, sizeof *m), *v = calloc(n, sizeof *v);
    Rng r = rng_seed(2);
    for (size_t k = 0; k < n; k++) w[k] = (double)(p.value[k] = (real)rng_normal(&r));
    for (size_t step = 1; step <= 3; step++) {
        double lr = 0.01 / (double)step;
        for (size_t k = 0; k < n; k++) {
            p.grad[k] = (real)(k % 3 == 1 ? 1e-9
                               : k % 3 == 2
                                   ? 0
                                   : rng_normal(&r) * 10); /* as small as epsilon, nothing, large */
            double g = (double)p.grad[k];
            m[k] = 0.9 * m[k] + 0.1 * g;
            v[k] = 0.999 * v[k] + 0.001 * g * g;
            double mean = m[k] / (1 - pow(0.9, (double)step)),
                   square = v[k] / (1 - pow(0.999, (double)step));
            w[k] -= lr * mean / (sqrt(square) + 1e-8);
        }
        params_adam(&p, lr, step);
        const int both[2] = {small, large};
        for (int i = 0; i < 2; i++)
            for (size_t k = p.items[both[i]].offset;
                 k < p.items[both[i]].offset + p.items[both[i]].count; k++)
                if (!(fabs((double)p.value[k] - w[k]) <= 2e-6 * (0.01 + fabs(w[k]))))
                    fail_msg("step %zu [%zu]: %.9g, due %.9g", step, k, (double)p.value[k], w[k]);
        for (size_t k = 0; k < SMALL; k++)
            assert_true(p.m[p.items[frozen].offset + k] == 0 &&
                        p.v[p.items[frozen].offset + k] == 0);
    }
    params_reset_adam(&p);
    for (size_t k = 0; k < n; k++) assert_true(p.m[k] == 0 && p.v[k] == 0);
    params_zero_grad(&p);
    for (size_t k = 0; k < n; k++) assert_true(p.grad[k] == 0);
    free(w);
    free(m);
    free(v);
    params_free(&p);
}

int main(void) {
    threads_set(2);
    const struct CMUnitTest tests[] = {cmocka_unit_test(declarations), cmocka_unit_test(many_names),
                                       cmocka_unit_test(convolution_weights),
                                       cmocka_unit_test(initial_values),
                                       cmocka_unit_test(adam_by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
