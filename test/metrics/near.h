/* near.h: comparison of doubles (cmocka's assert_float_equal rounds to float). Include after
 * cmocka.h. */
#ifndef TEST_METRICS_NEAR_H
#define TEST_METRICS_NEAR_H

#include <math.h>

/* NaN is near nothing. */
static inline void near(double x, double want, double tolerance) {
    if (!(fabs(x - want) <= tolerance))
        fail_msg("%.17g is not %.17g (difference %g, tolerance %g)", x, want, x - want, tolerance);
}

#endif
