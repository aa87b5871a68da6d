/* Euler angles against products of turns, and their continuity. */
#include <math.h>

#include "lib/base/rng.h"
#include "lib/motion/euler.h"
#include "lib/motion/rotation.h"
#include "test/scratch.h"

static const EulerOrder orders[] = {{{2, 0, 1}}, {{0, 1, 2}}, {{0, 2, 1}},
                                    {{1, 0, 2}}, {{1, 2, 0}}, {{2, 1, 0}}};

static void compose(EulerOrder order, const double angles[3], double r[9]) {
    for (int i = 0; i < 9; i++) r[i] = i % 4 == 0;
    for (int i = 0; i < 3; i++) euler_turn(r, order.axis[i], angles[i]);
}

/* A turn about one axis is that axis times the angle. */
static void a_turn_is_an_axis_angle(void **state) {
    (void)state;
    for (int axis = 0; axis < 3; axis++) {
        double v[3] = {0}, expected[9], r[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        v[axis] = 0.7;
        rotation_from_axis_angle(v, expected);
        euler_turn(r, axis, 0.7);
        for (int i = 0; i < 9; i++) assert_true(fabs(r[i] - expected[i]) < 1e-15);
    }
}

/* Whatever angles made it, the angles found make the same rotation, and lie within half a turn of
 * `near`... */
static void angles_make_the_rotation(void **state) {
    (void)state;
    Rng rng = rng_seed(4);
    for (int n = 0; n < 6000; n++) {
        double angles[3], near[3], found[3], r[9], back[9];
        for (int i = 0; i < 3; i++)
            angles[i] = 8 * (rng_uniform(&rng) - 0.5), near[i] = 40 * (rng_uniform(&rng) - 0.5);
        if (n % 3 == 0)
            angles[1] = M_PI / 2 * (n % 2 ? 1 : -1) +
                        (n % 4 ? 0 : 1e-6 * rng_normal(&rng)); /* at and about the singularity */
        EulerOrder order = orders[n % 6];
        compose(order, angles, r);
        euler_from_rotation(r, order, near, found);
        compose(order, found, back);
        assert_true(rotation_angle_between(r, back) < 1e-9);
        for (int i = 0; i < 3; i++) assert_true(fabs(found[i] - near[i]) <= 2 * M_PI);
    }
}

/* ... and what moves smoothly is found as it was made, through many turns and beyond a quarter turn
 * of the second axis. */
static void smooth_turns_stay_smooth(void **state) {
    (void)state;
    for (int o = 0; o < 6; o++) {
        double near[3] = {0, 0, 0};
        for (int t = 0; t < 3000; t++) {
            double made[3] = {0.01 * t, 1.2 * sin(0.004 * t), -0.02 * t}, r[9], found[3];
            compose(orders[o], made, r);
            euler_from_rotation(r, orders[o], near, found);
            for (int i = 0; i < 3; i++) assert_true(fabs(found[i] - made[i]) < 1e-9);
            memcpy(near, found, sizeof near);
        }
        memset(near, 0, sizeof near);
        for (int t = 0; t < 1000; t++) {
            double made[3] = {0.3, 0.01 * t, 0.4}, r[9], found[3];
            compose(orders[o], made, r);
            euler_from_rotation(r, orders[o], t ? near : made, found);
            for (int i = 0; i < 3; i++) assert_true(fabs(found[i] - made[i]) < 1e-6);
            memcpy(near, found, sizeof near);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_is_an_axis_angle),
        cmocka_unit_test(angles_make_the_rotation),
        cmocka_unit_test(smooth_turns_stay_smooth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
