/* Loops over rows against libm and against sums in double precision, at every length of a row:
 * whole vectors, and what they leave over. */
#include <float.h>
#include <math.h>

#include "lib/nn/kernels/loops.h"
#include "test/scratch.h"

enum { LONGEST = 131 };

/* Of x, in units of the last place of the float nearest to `due`. */
static double ulps(float x, double due) {
    float near = (float)due;
    return fabs((double)x - due) / (double)(nextafterf(fabsf(near), INFINITY) - fabsf(near));
}

static void exponentials_are_those_of_libm(void **state) {
    (void)state;
    enum { N = 16 * 43 }; /* every 1/4096 of -86, ..., 86, and numbers between */
    const RowLoops *loops = loops_of_rows();
    double worst = 0;
    for (int first = -86 * 4096; first <= 86 * 4096; first += N) {
        float x[N], y[N];
        double total = 0;
        for (int i = 0; i < N; i++) {
            float at = (float)(first + i) / 4096 + 1e-5f * (float)(i % 7);
            x[i] = y[i] = at > 86 ? 86 : at;
        }
        const double sum = (double)loops->exponentials(y, N, 0);
        for (int i = 0; i < N; i++) {
            worst = fmax(worst, ulps(y[i], exp((double)x[i])));
            total += exp((double)x[i]);
        }
        if (total < FLT_MAX) assert_true(fabs(sum / total - 1) < N * (double)FLT_EPSILON);
    }
    if (!(worst < 3)) fail_msg("%g units of the last place", worst);
}

static void exponentials_are_relative_to_the_top(void **state) {
    (void)state;
    float x[16];
    double total = 0;
    for (int i = 0; i < 16; i++) x[i] = 3 - (float)i / 2, total += exp(-(double)i / 2);
    const double sum = (double)loops_of_rows()->exponentials(x, 16, 3);
    for (int i = 0; i < 16; i++) assert_true(ulps(x[i], exp(-(double)i / 2)) < 3);
    assert_true(fabs(sum / total - 1) < 16 * (double)FLT_EPSILON);
}

/* real.h: positive, finite and normal beyond 86; NaN stays, at any place of a vector. */
static void exponentials_have_ends(void **state) {
    (void)state;
    static const float far[] = {86.5f, 88.8f, 104, 1000, 1e30f, INFINITY};
    const RowLoops *loops = loops_of_rows();
    for (int place = 0; place < 32; place++) {
        float x[32] = {0};
        for (size_t i = 0; i < sizeof far / sizeof *far; i++) {
            for (int k = 0; k < 32; k++) x[k] = 0;
            x[place] = far[i];
            x[(place + 5) % 32] = -far[i];
            loops->exponentials(x, 32, 0);
            const float large = x[place], small = x[(place + 5) % 32];
            assert_true(large >= 2e37f && isfinite(large));
            assert_true(small > 0 && small <= 5e-38f && isnormal(small));
            assert_true(x[(place + 1) % 32] == 1);
        }
        for (int k = 0; k < 32; k++) x[k] = 0;
        x[place] = NAN;
        assert_true(isnan(loops->exponentials(x, 32, 0)));
        for (int k = 0; k < 32; k++) assert_true(isnan(x[k]) == (k == place));
    }
}

/* Numbers of either sign, without a pattern; the same for the same seed. */
static void fill(float *x, size_t n, uint32_t seed) {
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(int)(seed >> 8) / (1 << 22) - 2;
    }
}

static void sums_at_every_length(void **state) {
    (void)state;
    const RowLoops *loops = loops_of_rows();
    float a[LONGEST], b[LONGEST];
    fill(a, LONGEST, 1);
    fill(b, LONGEST, 2);
    for (size_t n = 1; n <= LONGEST; n++) {
        double product = 0, distance = 0, size = 0;
        for (size_t k = 0; k < n; k++) {
            const double x = (double)a[k], y = (double)b[k];
            product += x * y;
            size += fabs(x * y);
            distance += (x - y) * (x - y);
        }
        const double bound = (double)(n + 2) * (double)FLT_EPSILON; /* a rounding for each term */
        assert_true(fabs((double)loops->dot(a, b, n) - product) <= bound * size);
        assert_true(fabs((double)loops->square_distance(a, b, n) / distance - 1) <= bound);
    }
}

static void the_largest_at_every_place(void **state) {
    (void)state;
    float x[LONGEST];
    for (size_t n = 1; n <= LONGEST; n++)
        for (size_t place = 0; place < n; place++) {
            fill(x, n, (uint32_t)n);
            x[place] = 5;
            assert_true(loops_of_rows()->largest(x, n) == 5);
            for (size_t k = 0; k < n; k++) x[k] -= 100; /* all below zero */
            assert_true(loops_of_rows()->largest(x, n) == -95);
        }
}

static void layer_norm_at_every_length(void **state) {
    (void)state;
    float x[LONGEST], w[LONGEST], b[LONGEST], y[LONGEST];
    fill(x, LONGEST, 3);
    fill(w, LONGEST, 4);
    fill(b, LONGEST, 5);
    for (size_t k = 0; k < LONGEST; k++) x[k] += 7; /* a mean far from zero */
    for (size_t n = 2; n <= LONGEST; n++) {
        double mean = 0, square = 0;
        for (size_t k = 0; k < n; k++) mean += (double)x[k] / (double)n;
        for (size_t k = 0; k < n; k++) square += pow((double)x[k] - mean, 2) / (double)n;
        const double rstd = 1 / sqrt(square + 1e-5);
        const RowMoments m = loops_of_rows()->layer_norm(x, w, b, y, n);
        assert_true(fabs((double)m.mean - mean) < 1e-5 && fabs((double)m.rstd / rstd - 1) < 1e-4);
        for (size_t k = 0; k < n; k++) {
            const double due = ((double)x[k] - mean) * rstd * (double)w[k] + (double)b[k];
            assert_true(fabs((double)y[k] - due) < 1e-4);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials_are_those_of_libm),
        cmocka_unit_test(exponentials_are_relative_to_the_top),
        cmocka_unit_test(exponentials_have_ends),
        cmocka_unit_test(sums_at_every_length),
        cmocka_unit_test(the_largest_at_every_place),
        cmocka_unit_test(layer_norm_at_every_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
