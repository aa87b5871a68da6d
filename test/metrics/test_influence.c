/* What a distance comes from, in sets made so that it is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "metrics/influence.h"

#include <cmocka.h>

#include "test/metrics/near.h"

static void measure(const FeatureMatrix *real, const FeatureMatrix *made, double *features,
                    double *dances) {
    FeatureScale scale;
    Error err;
    assert_int_equal(feature_scale_identity(&scale, real->dim, &err), 0);
    assert_int_equal(influence_measure(real, made, &scale, features, dances, &err), 0);
    feature_scale_free(&scale);
}

/* The second feature is shifted by 10, which is all there is between the sets: 100. */
static void a_feature_by_hand(void **state) {
    (void)state;
    static const float a[] = {0, 0, 1, 2, 2, 1}, b[] = {0, 10, 1, 12, 2, 11};
    static const size_t first[] = {0, 1, 2, 3};
    const FeatureMatrix real = {3, 2, first, a}, made = {3, 2, first, b};
    double features[2], dances[3];
    measure(&real, &made, features, dances);
    near(features[0], 100, 1e-10);
    near(features[1], 0, 1e-10);
}

/* Dances of one, two and one clips; without the last the sets are equal. With one dance of two
 * left there is a distance, with one clip there is none. */
static void a_dance_by_hand(void **state) {
    (void)state;
    static const float a[] = {0, 1, 5}, b[] = {0, 1, 5, 50};
    static const size_t three[] = {0, 1, 2, 3}, clips[] = {0, 1, 3, 4}, two[] = {0, 1, 3};
    const FeatureMatrix real = {3, 1, three, a}, made = {3, 1, clips, b};
    double features[1], dances[3];
    measure(&real, &made, features, dances);
    near(features[0], 0, 0);
    near(dances[2], 0, 1e-10);
    /* without the first, 1 5 50: means 2 and 56/3, deviations sqrt 7 and sqrt 2221/3 */
    const double mean = 56. / 3 - 2, deviation = sqrt(2221. / 3) - sqrt(7);
    near(dances[0], mean * mean + deviation * deviation, 1e-9);
    const FeatureMatrix few = {2, 1, two, a};
    measure(&real, &few, features, dances);
    near(dances[0], 1 + pow(sqrt(8) - sqrt(7), 2), 1e-10); /* 1 and 5 */
    assert_true(isnan(dances[1])); /* one clip */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feature_by_hand),
        cmocka_unit_test(a_dance_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
