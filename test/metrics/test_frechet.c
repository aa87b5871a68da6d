/* Frechet distance, standardisation and diversity against golden sets, worked equations and
 * invariants. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/formats/tensor_file.h"
#include "metrics/diversity.h"
#include "metrics/feature_scale.h"
#include "metrics/frechet.h"

#include <cmocka.h>

#include "test/metrics/near.h"

static double frechet(const double *a, size_t n, const double *b, size_t m, size_t dim) {
    double d;
    Error err;
    if (frechet_distance(a, n, b, m, dim, &d, &err)) fail_msg("%s", err.text);
    return d;
}

static void scores(const float *real, size_t n, const float *made, size_t m, size_t dim, bool keep,
                   double *fid, double *dist) {
    FeatureScale scale;
    Error err;
    if (feature_scale_fit(&scale, real, n, dim, keep, &err)) fail_msg("%s", err.text);
    double *a = feature_scale_apply(&scale, real, n), *b = feature_scale_apply(&scale, made, m);
    *fid = frechet(a, n, b, m, scale.kept);
    *dist = diversity_mean_distance(b, m, scale.kept);
    free(a);
    free(b);
    feature_scale_free(&scale);
}

/* 12 + 12 sequences in 72 and 32 dimensions: singular covariances. mint's sqrtm agrees to 4e-7. */
static void golden_sets(void **state) {
    (void)state;
    Tensors set;
    Error err;
    if (tensor_file_read("test/golden/metrics/sets.npz", &set, &err)) fail_msg("%s", err.text);
    const float *rk = tensor_f32(tensors_find(&set, "real_kinetic")),
                *gk = tensor_f32(tensors_find(&set, "generated_kinetic"));
    const float *rg = tensor_f32(tensors_find(&set, "real_geometric")),
                *gg = tensor_f32(tensors_find(&set, "generated_geometric"));
    const struct {
        const float *real, *made;
        size_t m, dim;
        double fid, dist;
    } cases[] = {{rk, gk, 12, 72, 166.50374688470015, 7.936160697538257},
                 {rg, gg, 12, 32, 23309.590460103496, 121.87086116888504},
                 {rk, gk, 7, 72, 165.31569128970202, 8.592398573564193},
                 {rg, gg, 7, 32, 41383.230144686684, 181.96462948202185},
                 {rk, rk, 12, 72, 0, 12.309875890052869}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double fid, dist;
        scores(cases[i].real, 12, cases[i].made, cases[i].m, cases[i].dim, false, &fid, &dist);
        near(fid, cases[i].fid, 1e-9 * cases[i].fid + 1e-9);
        near(dist, cases[i].dist, 1e-9 * cases[i].dist);
    }
    tensors_free(&set);
}

static void random_rows(double *x, size_t n, uint64_t seed) {
    Rng r = rng_seed(seed);
    for (size_t i = 0; i < n; i++) x[i] = rng_normal(&r);
}

/* In one dimension: (mean difference)^2 + (sigma_a - sigma_b)^2. */
static void one_dimension(void **state) {
    (void)state;
    const double a[] = {1, 2, 3, 4}, b[] = {10, 14};
    double sa = sqrt(5.0 / 3), sb = sqrt(8.0);
    near(frechet(a, 4, b, 2, 1), 9.5 * 9.5 + (sa - sb) * (sa - sb), 1e-12);
}

/* Independent dimensions add up; here the covariances are diagonal by construction. */
static void diagonal_covariances(void **state) {
    (void)state;
    const double a[] = {1, 2, 1, -2, -1, 2, -1, -2}, b[] = {3, 5, 3, -5, -3, 5, -3, -5};
    double root = sqrt(4.0 / 3);
    near(frechet(a, 4, b, 4, 2), root * root * (2 * 2 + 3 * 3), 1e-12);
}

static void invariants(void **state) {
    (void)state;
    enum { N = 30, M = 25, D = 7 };
    double a[N * D], b[M * D], moved[N * D], swapped[M * D];
    random_rows(a, N * D, 1);
    random_rows(b, M * D, 2);
    near(frechet(a, N, a, N, D), 0, 1e-12);
    near(frechet(a, N, b, M, D), frechet(b, M, a, N, D), 1e-12);
    for (size_t i = 0; i < N * D; i++) moved[i] = a[i] + 0.5;
    near(frechet(a, N, moved, N, D), 0.25 * (double)D, 1e-12); /* only the mean moves */
    for (size_t i = 0; i < N * D; i++) moved[i] = 3 * a[i];
    double trace = 0, mean = 0;
    for (size_t c = 0; c < D; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < N; i++) sum += a[i * D + c] / (double)N;
        for (size_t i = 0; i < N; i++)
            square += (a[i * D + c] - sum) * (a[i * D + c] - sum) / (N - 1);
        trace += square;
        mean += sum * sum;
    }
    near(frechet(a, N, moved, N, D), 4 * (trace + mean),
         1e-11); /* sigma grows from 1 to 3 of itself */
    for (size_t i = 0; i < M; i++) memcpy(swapped + i * D, b + (M - 1 - i) * D, D * sizeof *b);
    near(frechet(a, N, b, M, D), frechet(a, N, swapped, M, D),
         1e-11); /* the order of sequences is nothing */
}

/* Fewer rows than columns, down to two, and repeated columns: no NaN, and the same value as with
 * the empty columns left away. */
static void singular_covariances(void **state) {
    (void)state;
    enum { N = 5, D = 4, WIDE = 40 };
    double a[N * D], b[2 * D], wide_a[N * WIDE] = {0}, wide_b[2 * WIDE] = {0};
    random_rows(a, N * D, 3);
    random_rows(b, 2 * D, 4);
    for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < D; c++) wide_a[i * WIDE + 9 * c] = a[i * D + c];
    for (size_t i = 0; i < 2; i++)
        for (size_t c = 0; c < D; c++) wide_b[i * WIDE + 9 * c] = b[i * D + c];
    near(frechet(wide_a, N, wide_b, 2, WIDE), frechet(a, N, b, 2, D), 1e-12);
    double same[2 * D] = {0};
    near(frechet(same, 2, same, 2, D), 0, 0);
}

static void too_few(void **state) {
    (void)state;
    double a[6] = {1, 2, 3, 4, 5, 6}, d;
    Error err;
    assert_int_equal(frechet_distance(a, 3, a, 1, 2, &d, &err), -1);
    assert_non_null(strstr(err.text, "at least 2"));
    FeatureScale scale;
    assert_int_equal(feature_scale_fit(&scale, (const float[]){1, 2}, 1, 2, false, &err), -1);
    assert_null(scale.mean);
    assert_int_equal(feature_scale_fit(&scale, (const float[]){1, 2, 1, 2}, 2, 2, false, &err), -1);
    assert_non_null(strstr(err.text, "copies"));
    assert_int_equal(feature_scale_fit(&scale, (const float[]){1, NAN, 1, 2}, 2, 2, false, &err),
                     -1);
    assert_int_equal(
        feature_scale_fit(&scale, (const float[]){1, 2, 1, INFINITY}, 2, 2, false, &err), -1);
}

/* DanceFeatures {0, 4}: mean 2, std 2. The second is constant. */
static void constant_features(void **state) {
    (void)state;
    const float real[] = {0, 7, 4, 7}, made[] = {2, 7, 6, 8};
    FeatureScale scale;
    Error err;
    assert_int_equal(feature_scale_fit(&scale, real, 2, 2, false, &err), 0);
    assert_int_equal(scale.kept, 1);
    assert_false(scale.left_out[0]);
    assert_true(scale.left_out[1]);
    double *y = feature_scale_apply(&scale, made, 2);
    near(y[0], 0, 1e-12);
    near(y[1], 2, 1e-9);
    free(y);
    feature_scale_free(&scale);
    double fid, dist;
    scores(real, 2, made, 2, 2, true, &fid, &dist);
    near(dist, 1e10, 10); /* exactly as mint: 1 / 1e-10 */
    assert_true(fid > 1e19);
}

static void diversity(void **state) {
    (void)state;
    const double triangle[] = {0, 0, 3, 0, 0, 4}, pair[] = {1, 1, 1, 1};
    near(diversity_mean_distance(triangle, 3, 2), 4, 1e-12); /* 3, 4, 5 */
    near(diversity_mean_distance(pair, 2, 2), 0, 0);
    assert_true(isnan(diversity_mean_distance(pair, 1, 2)));
    double twice[12]; /* every pair four times, and n pairs of distance 0 */
    memcpy(twice, triangle, sizeof triangle);
    memcpy(twice + 6, triangle, sizeof triangle);
    near(diversity_mean_distance(twice, 6, 2), 4 * 12.0 / 15, 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_sets),          cmocka_unit_test(one_dimension),
        cmocka_unit_test(diagonal_covariances), cmocka_unit_test(invariants),
        cmocka_unit_test(singular_covariances), cmocka_unit_test(too_few),
        cmocka_unit_test(constant_features),    cmocka_unit_test(diversity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
