/* Motion as in a mirror: joints by their names, an exact involution, reflected positions. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/motion/mirror.h"
#include "lib/motion/motion.h"
#include "lib/motion/pose_track.h"
#include "lib/motion/smpl_joint_names.h"

#include <cmocka.h>

static void joints_by_name(void **state) {
    (void)state;
    static const size_t bodies[] = {SMPL_JOINTS, SMPLH_JOINTS};
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < bodies[i]; j++) {
            char one[24], other[24];
            snprintf(one, sizeof one, "%s", smpl_joint_name(bodies[i], j, other));
            if (strncmp(one, "L_", 2) == 0)
                one[0] = 'R';
            else if (strncmp(one, "R_", 2) == 0)
                one[0] = 'L';
            const size_t opposite = mirror_joint(bodies[i], j);
            assert_string_equal(smpl_joint_name(bodies[i], opposite, other), one);
        }
    assert_true(mirror_known(24) && mirror_known(52) && !mirror_known(1) && !mirror_known(25));
}

enum { FRAMES = 5 };

/* Rotations of random small angles about random axes (the columns of a quaternion's matrix). */
static void random_motion(Motion *m, size_t joints, uint64_t seed) {
    Rng r = rng_seed(seed);
    Error err;
    assert_int_equal(motion_new(m, FRAMES, joints, &err), 0);
    const size_t D = motion_dim(m);
    for (size_t t = 0; t < FRAMES; t++) {
        float *frame = m->data + t * D;
        for (size_t i = 0; i < 3; i++) frame[i] = (float)rng_normal(&r);
        for (size_t j = 0; j < joints; j++) {
            double q[4] = {1, 0, 0, 0}, n = 0;
            for (size_t i = 1; i < 4; i++) q[i] = 0.5 * rng_normal(&r);
            for (size_t i = 0; i < 4; i++) n += q[i] * q[i];
            for (size_t i = 0; i < 4; i++) q[i] /= sqrt(n);
            const double w = q[0], x = q[1], y = q[2], z = q[3];
            const double R[9] = {
                1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
                2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
                2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
            for (size_t k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)R[k];
        }
    }
}

static void twice_is_the_same(void **state) {
    (void)state;
    static const size_t bodies[] = {SMPL_JOINTS, SMPLH_JOINTS};
    for (size_t i = 0; i < 2; i++) {
        Motion m;
        random_motion(&m, bodies[i], 3);
        const size_t size = FRAMES * motion_dim(&m) * sizeof *m.data;
        float *before = malloc(size);
        assert_non_null(before);
        memcpy(before, m.data, size);
        mirror_frames(m.data, FRAMES, m.joints);
        assert_memory_not_equal(m.data, before, size);
        mirror_frames(m.data, FRAMES, m.joints);
        assert_memory_equal(m.data, before, size);
        free(before);
        motion_free(&m);
    }
}

/* On a body that is symmetric every joint is where the opposite one was, reflected at x = 0. */
static void positions_are_reflected(void **state) {
    (void)state;
    Skeleton s;
    Motion m;
    PoseTrack a, b;
    Error err;
    assert_int_equal(skeleton_smpl(&s, &err), 0);
    for (size_t j = 0; j < s.joints; j++) {
        const size_t other = mirror_joint(s.joints, j);
        for (size_t i = 0; i < 3 && other > j; i++)
            s.offsets[3 * other + i] = (i == 0 ? -1 : 1) * s.offsets[3 * j + i];
        if (other == j) s.offsets[3 * j] = 0;
    }
    random_motion(&m, s.joints, 4);
    assert_int_equal(pose_track_new(&a, &m, 0, FRAMES, &s, &err), 0);
    mirror_frames(m.data, FRAMES, m.joints);
    assert_int_equal(pose_track_new(&b, &m, 0, FRAMES, &s, &err), 0);
    for (size_t t = 0; t < FRAMES; t++)
        for (size_t j = 0; j < s.joints; j++) {
            const double *p = a.positions + 3 * (t * s.joints + j);
            const double *q = b.positions + 3 * (t * s.joints + mirror_joint(s.joints, j));
            assert_true(fabs(q[0] + p[0]) < 1e-5 && fabs(q[1] - p[1]) < 1e-5 &&
                        fabs(q[2] - p[2]) < 1e-5);
        }
    pose_track_free(&a);
    pose_track_free(&b);
    motion_free(&m);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joints_by_name),
        cmocka_unit_test(twice_is_the_same),
        cmocka_unit_test(positions_are_reflected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
