/* Arrays of numbers and the clock. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/numbers.h"
#include "test/scratch.h"

/* Longer than two blocks, and not a multiple of one. */
enum { LONG = 150001 };

static void first_nonfinite_of_floats(void **state) {
    (void)state;
    static const float wrong[] = {NAN, INFINITY, -INFINITY};
    static const size_t places[] = {0, 17, 65535, 65536, 131072, LONG - 1};
    float *x = malloc(LONG * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < LONG; i++) x[i] = i % 2 ? FLT_MAX : -FLT_MIN / 4;
    assert_int_equal(floats_first_nonfinite(x, LONG), LONG);
    for (size_t w = 0; w < 3; w++)
        for (size_t p = sizeof places / sizeof *places; p-- > 0;) {
            x[places[p]] = wrong[w]; /* the later ones stay */
            assert_int_equal(floats_first_nonfinite(x, LONG), places[p]);
            assert_int_equal(floats_first_nonfinite(x, places[p]), places[p]);
            if (p == 0)
                for (size_t i = 0; i < LONG; i++) x[i] = 1;
        }
    free(x);
    assert_int_equal(floats_first_nonfinite(NULL, 0), 0);
}

static void first_nonfinite_of_doubles(void **state) {
    (void)state;
    double *x = malloc(LONG * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < LONG; i++) x[i] = i % 2 ? DBL_MAX : 1e300;
    assert_int_equal(doubles_first_nonfinite(x, LONG), LONG);
    x[LONG - 1] = INFINITY;
    assert_int_equal(doubles_first_nonfinite(x, LONG), LONG - 1);
    x[70000] = NAN;
    assert_int_equal(doubles_first_nonfinite(x, LONG), 70000);
    x[3] = -INFINITY;
    assert_int_equal(doubles_first_nonfinite(x, LONG), 3);
    free(x);
    assert_int_equal(doubles_first_nonfinite(NULL, 0), 0);
}

static void doubles_ascend(void **state) {
    (void)state;
    double x[] = {3, -INFINITY, 0.5, 1e300, -2, 0.5, INFINITY};
    static const double sorted[] = {-INFINITY, -2, 0.5, 0.5, 3, 1e300, INFINITY};
    doubles_sort(x, 7);
    assert_memory_equal(x, sorted, sizeof x);
    doubles_sort(NULL, 0);
}

static void clock_does_not_run_back(void **state) {
    (void)state;
    double before = clock_seconds();
    for (int i = 0; i < 1000; i++) {
        double now = clock_seconds();
        assert_true(now >= before);
        before = now;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_nonfinite_of_floats), cmocka_unit_test(first_nonfinite_of_doubles),
        cmocka_unit_test(doubles_ascend), cmocka_unit_test(clock_does_not_run_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
