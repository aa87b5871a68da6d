/* Affinity propagation against scikit-learn's results, small cases worked by hand, and what must
 * hold for any input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "lib/formats/tensor_file.h"
#include "model/cluster/preference.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

/* -squared distances of n points of `dim` coordinates; the caller frees. */
static float *similarities(const double *x, size_t n, size_t dim) {
    float *s = calloc(n * n, sizeof *s);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double sum = 0.0;
            for (size_t d = 0; d < dim; d++)
                sum += (x[i * dim + d] - x[k * dim + d]) * (x[i * dim + d] - x[k * dim + d]);
            s[i * n + k] = (float)-sum;
        }
    return s;
}

static void equals_the_reference(void **state) {
    (void)state;
    static const char *const cases[] = {"median_05",     "median_09",       "minimum_09",
                                        "4x_minimum_09", "quantile_0.9_05", "quantile_0.9_09"};
    Error err;
    Tensors set;
    assert_int_equal(tensor_file_read("test/golden/ap/blobs200.npz", &set, &err), 0);
    const Tensor *x = tensors_find(&set, "X");
    size_t n = x->shape[0];
    float *s = similarities(tensor_f64(x), n, x->shape[1]);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const char *const parts[] = {"preference", "damping", "labels", "exemplars", "n_iter"};
        const Tensor *t[5];
        for (size_t p = 0; p < 5; p++) {
            char name[64];
            snprintf(name, sizeof name, "%s.%s", cases[c], parts[p]);
            t[p] = tensors_find(&set, name);
            assert_non_null(t[p]);
        }
        AffinityOptions o = affinity_defaults();
        o.damping = *tensor_f64(t[1]);
        Affinity a;
        assert_int_equal(affinity_propagate(s, n, *tensor_f64(t[0]), &o, &a, &err), 0);
        assert_true(a.converged);
        assert_int_equal(a.count, t[3]->shape[0]);
        for (size_t k = 0; k < a.count; k++) assert_int_equal(a.exemplars[k], tensor_i64(t[3])[k]);
        for (size_t i = 0; i < n; i++) assert_int_equal(a.labels[i], tensor_i64(t[2])[i]);
        assert_true(llabs((long long)a.iterations - *tensor_i64(t[4])) <= 2);
        affinity_free(&a);
    }
    free(s);
    tensors_free(&set);
}

/* 0 1 2 . . 10 11 12 . . 30: the middles represent the threes at a cost of 2 each, 30 itself.
 * Without a least number of iterations the exemplars' first 15 iterations of rest, before anything
 * has happened, would pass for convergence with one cluster. */
static void finds_groups_on_a_line(void **state) {
    (void)state;
    const double x[] = {0, 1, 2, 10, 11, 12, 30};
    float *s = similarities(x, 7, 1);
    AffinityOptions o = affinity_defaults();
    o.min_iterations = AFFINITY_SETTLED;
    Affinity a;
    Error err;
    assert_int_equal(affinity_propagate(s, 7, -20.0, &o, &a, &err), 0);
    assert_true(a.converged);
    assert_int_equal(a.count, 3);
    const size_t exemplars[] = {1, 4, 6}, labels[] = {0, 0, 0, 1, 1, 1, 2};
    assert_memory_equal(a.exemplars, exemplars, sizeof exemplars);
    assert_memory_equal(a.labels, labels, sizeof labels);
    assert_float_equal(affinity_net_similarity(s, -20.0, &a), -64.0, 1e-12); /* 4 x -1, 3 x -20 */
    affinity_free(&a);
    free(s);
}

static void handles_points_all_alike(void **state) {
    (void)state;
    Error err;
    Affinity a;
    AffinityOptions o = affinity_defaults();
    const float pair[] = {0, -4, -4, 0}, one[] = {0};
    assert_int_equal(affinity_propagate(pair, 2, -5.0, &o, &a, &err),
                     0); /* together: -5 - 4, apart: -10 */
    assert_int_equal(a.count, 1);
    affinity_free(&a);
    assert_int_equal(affinity_propagate(pair, 2, -3.0, &o, &a, &err),
                     0); /* together: -3 - 4, apart: -6 */
    assert_int_equal(a.count, 2);
    affinity_free(&a);
    assert_int_equal(affinity_propagate(one, 1, -3.0, &o, &a, &err), 0);
    assert_int_equal(a.count, 1);
    affinity_free(&a);
}

static void refuses_what_has_no_answer(void **state) {
    (void)state;
    Error err;
    Affinity a;
    const float s[9] = {0, -1, -2, -1, 0, -3, -2, -3, 0};
    AffinityOptions o = affinity_defaults();
    assert_int_equal(affinity_propagate(s, 0, -1.0, &o, &a, &err), -1);
    assert_int_equal(affinity_propagate(s, 3, (double)NAN, &o, &a, &err), -1);
    o.damping = 1.0;
    assert_int_equal(affinity_propagate(s, 3, -1.0, &o, &a, &err), -1);
    o.damping = 0.9;
    o.max_iterations = 1; /* nobody is an exemplar yet */
    assert_int_equal(affinity_propagate(s, 3, -1000.0, &o, &a, &err), 0);
    assert_false(a.converged);
    assert_int_equal(a.count, 0);
    affinity_free(&a);
    double preference;
    o = affinity_defaults();
    assert_int_equal(affinity_search(s, 3, 4, &o, NULL, NULL, &preference, &a, &err), -1);
    assert_int_equal(affinity_search(s, 3, 0, &o, NULL, NULL, &preference, &a, &err), -1);
    const float twins[9] = {0, 0, -2, 0, 0, -2, -2, -2, 0};
    assert_int_equal(affinity_search(twins, 3, 3, &o, NULL, NULL, &preference, &a, &err), -1);
    assert_non_null(strstr(err.text, "only 2 of the 3"));
}

static float *random_similarities(size_t n, uint64_t seed) {
    Rng r = rng_seed(seed);
    double *x = calloc(n * 3, sizeof *x);
    for (size_t i = 0; i < 3 * n; i++) x[i] = rng_normal(&r);
    float *s = similarities(x, n, 3);
    free(x);
    return s;
}

static void count_run(void *context, size_t runs, double preference, const Affinity *result) {
    assert_true(isfinite(preference));
    assert_true(result->iterations >= 50);
    *(size_t *)context = runs;
}

static void check_clusters(const float *s, size_t n, size_t wanted, const Affinity *a) {
    assert_int_equal(a->points, n);
    assert_int_equal(a->count, wanted);
    size_t *sizes = calloc(wanted, sizeof *sizes);
    for (size_t i = 0; i < n; i++) {
        assert_true(a->labels[i] < wanted);
        sizes[a->labels[i]]++;
        size_t own = a->exemplars[a->labels[i]];
        for (size_t c = 0; own != i && c < wanted; c++)
            assert_true(s[i * n + a->exemplars[c]] <= s[i * n + own]);
    }
    for (size_t c = 0; c < wanted; c++) {
        assert_int_equal(a->labels[a->exemplars[c]], c);
        if (c) assert_true(sizes[c] <= sizes[c - 1]);
    }
    free(sizes);
}

static void search_reaches_every_count(void **state) {
    (void)state;
    static const size_t wanted[] = {1, 2, 3, 10, 32, 77, 119, 120};
    float *s = random_similarities(120, 5);
    AffinityOptions o = affinity_defaults();
    for (size_t w = 0; w < sizeof wanted / sizeof *wanted; w++) {
        Affinity a;
        Error err;
        double preference;
        size_t runs = 0;
        assert_int_equal(
            affinity_search(s, 120, wanted[w], &o, count_run, &runs, &preference, &a, &err), 0);
        assert_true(runs >= 1 && runs <= PREFERENCE_MAX_RUNS);
        check_clusters(s, 120, wanted[w], &a);
        affinity_free(&a);
    }
    free(s);
}

typedef struct {
    double logs[PREFERENCE_MAX_RUNS];
    size_t runs, above; /* above: the fewest clusters that a run gave beyond 65 */
} Runs;

static void note_run(void *context, size_t runs, double preference, const Affinity *result) {
    Runs *r = context;
    r->logs[runs - 1] = log(-preference);
    r->runs = runs;
    if (result->count >= 65 && (r->above == 0 || result->count < r->above))
        r->above = result->count;
}

/* 66 groups of three neighbours, evenly apart: no preference makes 65 clusters. A 65th more is near
 * enough, and no run is made within a tenth of 1e-3 of another. */
static void search_stops_near_enough(void **state) {
    (void)state;
    enum { GROUPS = 66, N = 3 * GROUPS };
    double x[N], preference;
    for (size_t i = 0; i < N; i++) x[i] = 6 * (double)(i / 3) + (double)(i % 3);
    float *s = similarities(x, N, 1);
    AffinityOptions o = affinity_defaults();
    Affinity a;
    Error err;
    Runs r = {0};
    assert_int_equal(affinity_search(s, N, 65, &o, note_run, &r, &preference, &a, &err), 0);
    check_clusters(s, N, 65, &a);
    assert_int_equal(r.above, GROUPS);
    for (size_t i = 0; i < r.runs; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(r.logs[i] == r.logs[k] || fabs(r.logs[i] - r.logs[k]) > 1e-4);
    affinity_free(&a);
    free(s);
}

/* Groups of one, two and four; three clusters cut to two: the odd one joins the nearer group. */
static void keeps_the_largest(void **state) {
    (void)state;
    const double x[] = {5, 0, 1, 20, 21, 22, 23};
    float *s = similarities(x, 7, 1);
    size_t exemplars[] = {0, 1, 4}, labels[] = {0, 1, 1, 2, 2, 2, 2};
    Affinity a = {.points = 7, .count = 3, .exemplars = exemplars, .labels = labels};
    Error err;
    assert_int_equal(affinity_keep_largest(s, 2, &a, &err), 0);
    const size_t expected[] = {1, 1, 1, 0, 0, 0, 0};
    assert_int_equal(a.count, 2);
    assert_memory_equal(a.labels, expected, sizeof expected);
    assert_int_equal(a.exemplars[0], 4);
    assert_int_equal(a.exemplars[1], 1);
    free(s);
}

/* More points than the least number that is shared among threads. */
static void threads_change_nothing(void **state) {
    (void)state;
    size_t n = 1030;
    float *s = random_similarities(n, 9);
    AffinityOptions o = affinity_defaults();
    o.max_iterations = 40;
    Affinity a, b;
    Error err;
    threads_set(1);
    assert_int_equal(affinity_propagate(s, n, -2.0, &o, &a, &err), 0);
    threads_set(3);
    assert_int_equal(affinity_propagate(s, n, -2.0, &o, &b, &err), 0);
    threads_set(1);
    assert_int_equal(a.count, b.count);
    assert_int_equal(a.iterations, b.iterations);
    assert_memory_equal(a.labels, b.labels, n * sizeof *a.labels);
    affinity_free(&a);
    affinity_free(&b);
    free(s);
}

/* At damping 0.5 this preference makes scikit-learn end with 200 clusters of 200 points. */
static void calms_down_what_oscillates(void **state) {
    (void)state;
    Error err;
    Tensors set;
    assert_int_equal(tensor_file_read("test/golden/ap/blobs200.npz", &set, &err), 0);
    const Tensor *x = tensors_find(&set, "X");
    float *s = similarities(tensor_f64(x), 200, 2);
    AffinityOptions o = affinity_defaults();
    o.damping = 0.5;
    Affinity a;
    assert_int_equal(affinity_propagate(s, 200,
                                        *tensor_f64(tensors_find(&set, "4x_minimum_05.preference")),
                                        &o, &a, &err),
                     0);
    assert_false(a.converged);
    assert_int_equal(a.iterations, 200);
    const Tensor *calm = tensors_find(&set, "4x_minimum_09.labels");
    for (size_t i = 0; i < 200; i++) assert_int_equal(a.labels[i], tensor_i64(calm)[i]);
    affinity_free(&a);
    free(s);
    tensors_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_the_reference),       cmocka_unit_test(finds_groups_on_a_line),
        cmocka_unit_test(handles_points_all_alike),   cmocka_unit_test(refuses_what_has_no_answer),
        cmocka_unit_test(search_reaches_every_count), cmocka_unit_test(search_stops_near_enough),
        cmocka_unit_test(keeps_the_largest),          cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(calms_down_what_oscillates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
