/* The distance of halves of a set, and the robust distance, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "metrics/real_floor.h"
#include "metrics/robust_distance.h"

#include <cmocka.h>

#include "test/metrics/near.h"

static double robust(const double *a, size_t n, const double *b, size_t m, size_t dim) {
    const RobustSet x = {a, NULL, n}, y = {b, NULL, m};
    double distance;
    Error err;
    assert_int_equal(robust_distance(&x, &y, dim, &distance, &err), 0);
    return distance;
}

/* Medians 3 and 5; the medians of 2 1 0 1 97 and of 5 5 are 1 and 5. */
static void robust_by_hand(void **state) {
    (void)state;
    const double a[] = {1, 2, 3, 4, 100}, far[] = {1, 2, 3, 4, 1e9}, b[] = {0, 10};
    const double want = 4 + pow(1.4826 * 4, 2);
    near(robust(a, 5, b, 2, 1), want, 1e-12);
    near(robust(far, 5, b, 2, 1), want, 1e-12); /* whatever one of them does */
    near(robust(b, 2, a, 5, 1), want, 1e-12);
    const double two[] = {0, 7, 2, 7, 4, 7}, moved[] = {1, 9, 3, 9, 5, 9};
    near(robust(two, 3, moved, 3, 2), 1 + 4, 1e-12);
    near(robust(two, 3, two, 3, 2), 0, 0);
    const RobustSet x = {a, (const size_t[]){1, 3}, 2}, y = {a, (const size_t[]){0}, 1};
    double distance; /* of 2 and 4, 1 */
    Error err;
    assert_int_equal(robust_distance(&x, &y, 1, &distance, &err), 0);
    near(distance, 4 + pow(1.4826, 2), 1e-12);
}

/* Dances of two clips, 2 apart, whose means are 1, 11 and 21: halves of one dance each, of equal
 * variance, so that the distance is that of the means squared. */
static const float rows[] = {0, 2, 10, 12, 20, 22};
static const size_t first[] = {0, 2, 4, 6};

static RealFloor measure(size_t dances, size_t splits, uint64_t seed) {
    const FeatureMatrix m = {dances, 1, first, rows};
    FeatureScale scale;
    RealFloor f;
    Error err;
    assert_int_equal(feature_scale_identity(&scale, 1, &err), 0);
    assert_int_equal(real_floor(&m, &scale, splits, seed, &f, &err), 0);
    feature_scale_free(&scale);
    return f;
}

static void two_dances_have_one_split(void **state) {
    (void)state;
    RealFloor f = measure(2, 7, 1);
    near(f.fid, 100, 1e-10);
    near(f.fid_low, 100, 1e-10);
    near(f.fid_high, 100, 1e-10);
    near(f.robust, 100, 1e-10);
    near(f.dist, (2 + 10 + 12 + 8 + 10 + 2) / 6., 1e-12); /* the pairs of 0, 2, 10, 12 */
    assert_int_equal(f.clips, 4);
}

/* Of three dances one is left out: 100, 100 and 400 come equally often. */
static void three_dances_have_three(void **state) {
    (void)state;
    RealFloor f = measure(3, 3000, 1), again = measure(3, 3000, 1), other = measure(3, 3000, 2);
    near(f.fid, 200, 10);
    near(f.fid_low, 100, 1e-10);
    near(f.fid_high, 400, 1e-10);
    near(f.robust_high, 400, 1e-10);
    near(f.dist, (3 * 2 + 10 + 12 + 8 + 10 + 20 + 22 + 18 + 20 + 10 + 12 + 8 + 10) / 15., 1e-12);
    assert_int_equal(f.clips, 4);
    assert_true(f.fid == again.fid && f.robust == again.robust && f.fid != other.fid);
}

static void too_few(void **state) {
    (void)state;
    static const size_t single[] = {0, 1, 2, 3};
    FeatureScale scale;
    RealFloor f;
    Error err;
    assert_int_equal(feature_scale_identity(&scale, 1, &err), 0);
    FeatureMatrix m = {1, 1, first, rows};
    assert_int_equal(real_floor(&m, &scale, 5, 1, &f, &err), -1);
    assert_string_equal(err.text, "halves of 1 real dance cannot be compared");
    m = (FeatureMatrix){3, 1, single, rows};
    assert_int_equal(real_floor(&m, &scale, 5, 1, &f, &err), -1);
    assert_non_null(strstr(err.text, "at least 2 sequences"));
    feature_scale_free(&scale);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robust_by_hand),
        cmocka_unit_test(two_dances_have_one_split),
        cmocka_unit_test(three_dances_have_three),
        cmocka_unit_test(too_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
