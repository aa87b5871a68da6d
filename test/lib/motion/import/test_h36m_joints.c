/* Human3.6M as positions: a file that NumPy wrote, rotations by the places that they lead to. */
#include "lib/motion/import/h36m_joints.h"

#include <math.h>

#include "lib/base/rng.h"
#include "test/scratch.h"

static const char golden[] = "test/golden/motion/h36m_positions.npz";

/* Number k of joint j in frame t of recording n is n + 0.1 j + 0.01 t + 0.001 k
 * (scripts/make-golden-h36m.py). */
static double number(double n, double j, double t, double k) {
    return n + 0.1 * j + 0.01 * t + 0.001 * k;
}

static void recordings_of_a_file(void **state) {
    (void)state;
    static const struct {
        const char *name, *action;
        double n, thorax; /* its joint among those of the file */
    } due[] = {{"S11-Walking_1", "Walking", 2, 8},
               {"S9-WalkDog", "WalkDog", 1, 13},
               {"S9-Walking_1", "Walking", 0, 13}};
    Error err;
    H36mTakes t;
    assert_true(h36m_takes_found(golden));
    assert_done(h36m_takes_read(golden, &t, &err), &err);
    assert_int_equal(t.count, 3);
    for (size_t i = 0; i < 3; i++) {
        double *p;
        size_t frames;
        assert_string_equal(t.items[i].name, due[i].name);
        assert_string_equal(t.items[i].action, due[i].action);
        assert_done(h36m_take_positions(&t.items[i], &p, &frames, &err), &err);
        assert_int_equal(frames, 3);
        const double *thorax = p + 3 * (2 * H36M_BODY + 8); /* in the last frame, z up to y up */
        assert_true(fabs(thorax[0] - number(due[i].n, due[i].thorax, 2, 0)) < 1e-6);
        assert_true(fabs(thorax[1] - number(due[i].n, due[i].thorax, 2, 2)) < 1e-6);
        assert_true(fabs(thorax[2] + number(due[i].n, due[i].thorax, 2, 1)) < 1e-6);
        free(p);
    }
    h36m_takes_free(&t);
}

/* A body in any pose: positions by forward kinematics, rotations found from them, and positions by
 * forward kinematics again. */
static void rotations_lead_to_the_positions(void **state) {
    (void)state;
    enum { FRAMES = 20, NUMBERS = 3 + 9 * H36M_BODY };
    Error err;
    Skeleton body;
    Motion posed, found;
    double lengths[H36M_BODY], sums[H36M_BODY] = {0}, p[FRAMES * 3 * H36M_BODY],
                               q[FRAMES * 3 * H36M_BODY];
    Rng rng = rng_seed(3);
    for (size_t j = 0; j < H36M_BODY; j++) lengths[j] = 0.1 + 0.02 * (double)j;
    assert_done(h36m_skeleton(lengths, &body, &err), &err);
    assert_done(motion_new(&posed, FRAMES, H36M_BODY, &err), &err);
    for (size_t f = 0; f < FRAMES; f++) {
        float *frame = posed.data + f * NUMBERS;
        for (size_t k = 0; k < 3; k++) frame[k] = (float)rng_normal(&rng);
        for (size_t j = 0; j < H36M_BODY; j++) {
            double v[3], r[9];
            for (size_t k = 0; k < 3; k++) v[k] = (j ? 0.6 : 2) * rng_normal(&rng);
            rotation_from_axis_angle(v, r);
            for (size_t k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)r[k];
        }
    }
    motion_joints(&posed, &body, p);
    assert_done(h36m_motion(p, FRAMES, &found, &err), &err);
    assert_true(found.fps == 50 && found.joints == H36M_BODY);
    motion_joints(&found, &body, q);
    for (size_t i = 0; i < FRAMES * 3 * H36M_BODY; i++) assert_true(fabs(p[i] - q[i]) < 1e-5);
    h36m_add_lengths(p, FRAMES, sums);
    for (size_t j = 1; j < H36M_BODY; j++)
        assert_true(fabs(sums[j] / (double)FRAMES - lengths[j]) < 1e-5);
    motion_free(&posed);
    motion_free(&found);
    skeleton_free(&body);
}

/* Standing with its arms stretched out it has no rotation. */
static void at_rest(void **state) {
    (void)state;
    Error err;
    Skeleton body;
    Motion m;
    double lengths[H36M_BODY], p[3 * H36M_BODY];
    for (size_t j = 0; j < H36M_BODY; j++) lengths[j] = 0.25;
    assert_done(h36m_skeleton(lengths, &body, &err), &err);
    skeleton_rest_positions(&body, p);
    assert_done(h36m_motion(p, 1, &m, &err), &err);
    for (size_t j = 0; j < H36M_BODY; j++)
        for (size_t k = 0; k < 9; k++)
            assert_true(fabsf(m.data[3 + 9 * j + k] - (float)(k % 4 == 0)) < 1e-6f);
    motion_free(&m);
    skeleton_free(&body);
}

static void what_is_refused(void **state) {
    (void)state;
    Error err;
    H36mTakes t;
    static const char text[] = "PK no archive";
    const char *path = scratch_write("x.npz", text, sizeof text);
    assert_false(h36m_takes_found(path));
    assert_false(h36m_takes_found(scratch("none.npz")));
    assert_false(h36m_takes_found("test/golden/predictors/phd-seed.npz"));
    assert_failed(h36m_takes_read("test/golden/predictors/phd-seed.npz", &t, &err), &err,
                  "phd-seed.npz: no array positions_3d");
    assert_int_equal(t.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recordings_of_a_file),
        cmocka_unit_test(rotations_lead_to_the_positions),
        cmocka_unit_test(at_rest),
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
