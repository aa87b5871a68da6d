/* Procrustes alignment by its invariants and a case worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "lib/motion/rotation.h"
#include "metrics/mpjpe.h"

#include <cmocka.h>

#include "test/metrics/near.h"

enum { J = 24 };

static void random_joints(double *x, uint64_t seed) {
    Rng r = rng_seed(seed);
    for (size_t i = 0; i < 3 * J; i++) x[i] = rng_normal(&r);
}

/* q -> scale turn q + (1, 2, 3) */
static void moved(const double *q, double scale, const double turn[9], double *out) {
    for (size_t j = 0; j < J; j++)
        for (size_t i = 0; i < 3; i++) {
            out[3 * j + i] = (double)i + 1;
            for (size_t k = 0; k < 3; k++) out[3 * j + i] += scale * turn[3 * i + k] * q[3 * j + k];
        }
}

static void a_similarity_is_no_error(void **state) {
    (void)state;
    double p[3 * J], q[3 * J], turn[9];
    random_joints(p, 1);
    rotation_from_axis_angle((const double[]){0.3, -2, 1}, turn);
    moved(p, 1.7, turn, q);
    near(pa_mpjpe(p, q, J), 0, 1e-9);
    near(pa_mpjpe(q, p, J), 0, 1e-9);
    near(mpjpe(p, p, J), 0, 0);
    assert_true(mpjpe(p, q, J) > 1000);
    for (size_t j = 0; j < J; j++) q[3 * j] = -q[3 * j]; /* a mirror image is none */
    assert_true(pa_mpjpe(p, q, J) > 100);
}

/* What is done to the prediction as a whole changes nothing; moving the real joints does not
 * either. */
static void invariant_under_similarities(void **state) {
    (void)state;
    double p[3 * J], q[3 * J], other[3 * J], turn[9];
    random_joints(p, 2);
    random_joints(q, 3);
    rotation_from_axis_angle((const double[]){1, 1, -0.5}, turn);
    double error = pa_mpjpe(p, q, J);
    moved(q, 0.2, turn, other);
    near(pa_mpjpe(p, other, J), error, 1e-9);
    moved(p, 1, turn, other);
    near(pa_mpjpe(other, q, J), error, 1e-9);
    moved(p, 3, turn, other);
    near(pa_mpjpe(other, q, J), 3 * error, 1e-8); /* in the real body's units */
    assert_true(error <= mpjpe(p, q, J));
}

/* Four corners of a square of side 2 against the same with one pair of opposite corners twice as
 * far out: R = 1, s = sum p.q / sum q.q = 12 / 20, errors |1 - 0.6| sqrt 2 twice and |1 - 1.2| sqrt
 * 2 twice: mean 0.3 sqrt 2 m. */
static void by_hand(void **state) {
    (void)state;
    const double p[12] = {1, 1, 0, -1, -1, 0, 1, -1, 0, -1, 1, 0},
                 q[12] = {1, 1, 0, -1, -1, 0, 2, -2, 0, -2, 2, 0};
    near(pa_mpjpe(p, q, 4), 300 * sqrt(2.0), 1e-9);
    near(mpjpe(p, q, 4), 500 * sqrt(2.0), 1e-9);
    const double point[12] = {0}; /* all in one place: what is left is the real body's size */
    near(pa_mpjpe(p, point, 4), 1000 * sqrt(2.0), 1e-9);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_similarity_is_no_error),
                                       cmocka_unit_test(invariant_under_similarities),
                                       cmocka_unit_test(by_hand)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
