/* Scores of sets: ranks, clips, Dist of doubled sets, and intervals against what statistics says of
 * them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "metrics/diversity.h"
#include "metrics/set_score.h"

#include <cmocka.h>

#include "test/metrics/near.h"

enum { N = 60, D = 5 };

static void random_rows(float *x, size_t n, uint64_t seed) {
    Rng r = rng_seed(seed);
    for (size_t i = 0; i < n; i++) x[i] = (float)rng_normal(&r);
}

static void one_row_each(size_t *first, size_t n) {
    for (size_t i = 0; i <= n; i++) first[i] = i;
}

static SetScore score(const FeatureMatrix *real, const FeatureMatrix *made, const ScoreOptions *o) {
    SetScore s;
    FeatureScale scale;
    Error err;
    if (set_score(real, made, o, &scale, &s, &err)) fail_msg("%s", err.text);
    feature_scale_free(&scale);
    return s;
}

static void a_set_against_itself(void **state) {
    (void)state;
    float x[N * D];
    size_t first[N + 1];
    random_rows(x, N * D, 1);
    one_row_each(first, N);
    const FeatureMatrix set = {N, D, first, x};
    SetScore s = score(&set, &set, &(ScoreOptions){.standardise = true, .real_dist = true});
    near(s.fid, 0, 1e-12);
    near(s.dist, s.real_dist, 0);
    assert_int_equal(s.rank, D);
    assert_int_equal(s.real_rank, D);
    assert_true(isnan(s.fid_interval.low) && isnan(s.dist_interval.high));
}

/* n rows span n - 1 directions at most; a column that repeats another adds none. */
static void ranks(void **state) {
    (void)state;
    float x[N * D], few[3 * D];
    size_t first[N + 1];
    one_row_each(first, N);
    random_rows(x, N * D, 2);
    random_rows(few, 3 * D, 3);
    for (size_t i = 0; i < N; i++) x[i * D + 4] = 2 * x[i * D];
    const FeatureMatrix real = {N, D, first, x}, made = {3, D, first, few};
    SetScore s = score(&real, &made, &(ScoreOptions){.standardise = true});
    assert_int_equal(s.real_rank, D - 1);
    assert_int_equal(s.rank, 2);
    assert_true(isfinite(s.fid));
}

/* Not standardised, the distance is that of the rows as they are: scaled rows differ. */
static void standardising(void **state) {
    (void)state;
    float x[N * D], y[N * D];
    double xd[N * D], yd[N * D], want;
    size_t first[N + 1];
    Error err;
    one_row_each(first, N);
    random_rows(x, N * D, 4);
    random_rows(y, N * D, 5);
    for (size_t i = 0; i < N * D; i++) {
        x[i] *= 7;
        xd[i] = (double)x[i];
        yd[i] = (double)y[i];
    }
    const FeatureMatrix real = {N, D, first, x}, made = {N, D, first, y};
    assert_int_equal(frechet_distance(xd, N, yd, N, D, &want, &err), 0);
    SetScore plain = score(&real, &made, &(ScoreOptions){.standardise = false}),
             scaled = score(&real, &made, &(ScoreOptions){.standardise = true});
    near(plain.fid, want, 1e-12 * want);
    near(plain.dist, diversity_mean_distance(yd, N, D), 1e-12);
    assert_true(scaled.fid < plain.fid / 10);
    const FeatureMatrix other = {N, D - 1, first, y};
    SetScore s;
    FeatureScale scale;
    assert_int_equal(
        set_score(&real, &other, &(ScoreOptions){.standardise = true}, &scale, &s, &err), -1);
    assert_non_null(strstr(err.text, "same body"));
}

/* Twice the same dances: mean and covariance's sums stay, the divisor n - 1 does not; Dist = 2 n (n
 * - 1) / (2 n - 1) / n times what it was. */
static void a_doubled_set(void **state) {
    (void)state;
    enum { M = 10 };
    float x[N * D], y[2 * M * D];
    size_t first[N + 1];
    one_row_each(first, N);
    random_rows(x, N * D, 6);
    random_rows(y, M * D, 7);
    memcpy(y + M * D, y, M * D * sizeof *y);
    const FeatureMatrix real = {N, D, first, x}, once = {M, D, first, y},
                        twice = {2 * M, D, first, y};
    SetScore a = score(&real, &once, &(ScoreOptions){.standardise = true}),
             b = score(&real, &twice, &(ScoreOptions){.standardise = true});
    near(b.dist, a.dist * 2 * (M - 1) / (2 * M - 1.0), 1e-12);
    assert_int_equal(a.rank, b.rank);
}

/* Clips of a dance are drawn together. */
static void clips_are_drawn_with_their_dance(void **state) {
    (void)state;
    float x[N * D], y[4 * D];
    size_t first[N + 1], two[] = {0, 2, 4};
    one_row_each(first, N);
    random_rows(x, N * D, 8);
    random_rows(y, 4 * D, 9);
    const FeatureMatrix real = {N, D, first, x}, made = {2, D, two, y};
    SetScore s = score(&real, &made, &(ScoreOptions){.standardise = true, .resamples = 400});
    /* Only three different sets can be drawn: the first dance twice, both, the second twice. The
     * ends are two of them, moved by the bias. */
    SetScore each[3];
    for (size_t k = 0; k < 3; k++) {
        float drawn[4 * D];
        memcpy(drawn, y + (k == 2 ? 2 * D : 0), 2 * D * sizeof *y);
        memcpy(drawn + 2 * D, y + (k == 0 ? 0 : 2 * D), 2 * D * sizeof *y);
        const FeatureMatrix set = {2, D, two, drawn};
        each[k] = score(&real, &set, &(ScoreOptions){.standardise = true});
    }
    double low = fmin(each[0].fid, fmin(each[1].fid, each[2].fid)),
           high = fmax(each[0].fid, fmax(each[1].fid, each[2].fid));
    near(s.fid_interval.low + s.fid_interval.bias, low, 1e-9);
    near(s.fid_interval.high + s.fid_interval.bias, high, 1e-9);
}

/* --- intervals --- */

static int mean_of(const size_t *pick, size_t n, const void *context, double *values, Error *err) {
    (void)err;
    const double *x = context;
    values[0] = 0;
    for (size_t i = 0; i < n; i++) values[0] += x[pick[i]] / (double)n;
    values[1] = NAN;
    return 0;
}

/* The mean of n values: 1.96 sigma / sqrt(n) on both sides, no bias. */
static void an_interval_of_a_mean(void **state) {
    (void)state;
    enum { COUNT = 400 };
    double x[COUNT], sum = 0, square = 0, estimates[2];
    Rng r = rng_seed(11);
    for (size_t i = 0; i < COUNT; i++) sum += x[i] = rng_normal(&r);
    for (size_t i = 0; i < COUNT; i++)
        square += (x[i] - sum / (double)COUNT) * (x[i] - sum / (double)COUNT);
    double half = 1.96 * sqrt(square / (double)COUNT / (double)COUNT);
    estimates[0] = sum / (double)COUNT;
    estimates[1] = NAN;
    Interval a[2], b[2], c[2];
    Error err;
    assert_int_equal(bootstrap_intervals(COUNT, 4000, 1, mean_of, x, 2, estimates, a, &err), 0);
    near(a[0].low, estimates[0] - half, 0.1 * half);
    near(a[0].high, estimates[0] + half, 0.1 * half);
    near(a[0].bias, 0, 0.1 * half);
    assert_true(isnan(a[1].low) && isnan(a[1].high));
    assert_int_equal(bootstrap_intervals(COUNT, 4000, 1, mean_of, x, 2, estimates, b, &err), 0);
    assert_memory_equal(&a[0], &b[0], sizeof a[0]); /* the same seed */
    assert_int_equal(bootstrap_intervals(COUNT, 4000, 2, mean_of, x, 2, estimates, c, &err), 0);
    assert_true(c[0].low < a[0].low || c[0].low > a[0].low);
}

static int refuse(const size_t *pick, size_t n, const void *context, double *values, Error *err) {
    (void)pick, (void)n, (void)context, (void)values;
    return error_set(err, "no");
}

static void a_draw_that_fails(void **state) {
    (void)state;
    double estimate = 0;
    Interval out;
    Error err;
    assert_int_equal(bootstrap_intervals(3, 10, 1, refuse, NULL, 1, &estimate, &out, &err), -1);
    assert_string_equal(err.text, "no");
}

/* Of equal dances every draw is the set itself. */
static void equal_dances_leave_no_doubt(void **state) {
    (void)state;
    const double x[5] = {2, 2, 2, 2, 2}, estimates[2] = {2, NAN};
    Interval out[2];
    Error err;
    assert_int_equal(bootstrap_intervals(5, 50, 3, mean_of, x, 2, estimates, out, &err), 0);
    near(out[0].low, 2, 1e-15);
    near(out[0].high, 2, 1e-15);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_set_against_itself),
        cmocka_unit_test(ranks),
        cmocka_unit_test(standardising),
        cmocka_unit_test(a_doubled_set),
        cmocka_unit_test(clips_are_drawn_with_their_dance),
        cmocka_unit_test(an_interval_of_a_mean),
        cmocka_unit_test(a_draw_that_fails),
        cmocka_unit_test(equal_dances_leave_no_doubt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
