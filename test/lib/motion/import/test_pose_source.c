/* Dances from files: motions, joint positions, and bodies of both. */
#include <math.h>

#include "lib/formats/tensor_file.h"
#include "lib/motion/import/pose_source.h"
#include "test/scratch.h"

static const char *const dance = "test/golden/metrics/dance.npz";

static void write_array(const char *path, int rank, const size_t *shape, const float *x) {
    Tensor t;
    Error err;
    assert_int_equal(tensor_new(&t, TENSOR_F32, rank, shape, 0, &err), 0);
    if (tensor_count(&t)) memcpy(t.data, x, tensor_count(&t) * sizeof *x);
    assert_int_equal(npy_write(path, &t, &err), 0);
    tensor_free(&t);
}

/* The positions of a motion, written as [T, J, 3] and read again, are the motion's own body without
 * rotations. */
static void joint_positions(void **state) {
    (void)state;
    const char *path = scratch("joints.npy");
    PoseSource motion, joints;
    Skeleton s;
    PoseTrack a, b, c;
    Error err;
    if (pose_source_read(dance, &motion, &err) || skeleton_smpl(&s, &err)) fail_msg("%s", err.text);
    size_t frames = motion.motion.frames;
    assert_null(motion.positions);
    assert_int_equal(pose_source_track(&motion, 10, frames - 10, &s, true, &a, &err), 0);
    assert_int_equal(pose_source_track(&motion, 10, frames - 10, &s, false, &b, &err), 0);
    assert_non_null(a.rotations);
    assert_null(b.rotations);
    assert_memory_equal(a.positions, b.positions, 3 * a.frames * a.joints * sizeof *a.positions);
    assert_memory_equal(a.translations, b.translations, 3 * a.frames * sizeof *a.translations);
    pose_track_free(&b);

    assert_int_equal(pose_source_track(&motion, 0, frames, &s, false, &b, &err), 0);
    float *x = malloc(3 * frames * b.joints * sizeof *x);
    for (size_t i = 0; i < 3 * frames * b.joints; i++) x[i] = (float)b.positions[i];
    write_array(path, 3, (const size_t[]){frames, b.joints, 3}, x);
    if (pose_source_read(path, &joints, &err)) fail_msg("%s", err.text);
    assert_null(joints.motion.data);
    assert_int_equal(joints.motion.frames, frames);
    assert_int_equal(joints.motion.joints, b.joints);
    assert_int_equal(joints.motion.seed_frames, 0);
    assert_int_equal(pose_source_track(&joints, 10, frames - 10, &s, true, &c, &err),
                     0); /* rotations are wanted, but there are none */
    assert_null(c.rotations);
    for (size_t i = 0; i < 3 * c.frames * c.joints; i++)
        assert_true(fabs(c.positions[i] - a.positions[i]) < 1e-6);
    assert_memory_equal(c.translations, c.positions, 3 * sizeof(double)); /* the root's */
    pose_track_free(&c);
    assert_int_equal(pose_source_track(&joints, frames, 1, &s, false, &c, &err), -1);
    assert_null(c.positions);
    free(x);
    pose_track_free(&a);
    pose_track_free(&b);
    pose_source_free(&joints);
    pose_source_free(&motion);
    skeleton_free(&s);
}

static void what_is_no_dance(void **state) {
    (void)state;
    const char *path = scratch("bad.npy");
    PoseSource t;
    Error err;
    float x[24] = {0};
    x[5] = NAN;
    write_array(path, 3, (const size_t[]){4, 2, 3}, x);
    assert_int_equal(pose_source_read(path, &t, &err), -1);
    assert_non_null(strstr(err.text, "NaN"));
    assert_int_equal(strncmp(err.text, path, strlen(path)), 0);
    write_array(path, 3, (const size_t[]){4, 3, 2}, x);
    assert_int_equal(pose_source_read(path, &t, &err), -1);
    write_array(path, 3, (const size_t[]){0, 2, 3}, x);
    assert_int_equal(pose_source_read(path, &t, &err), -1);
    assert_int_equal(pose_source_read("test/golden/metrics/motions/music/tick.npz", &t, &err), -1);
    assert_non_null(strstr(err.text, "music features"));
    assert_int_equal(pose_source_read("nowhere.npz", &t, &err), -1);
    assert_int_equal(pose_source_read("nowhere.pkl", &t, &err), -1);
    assert_null(t.motion.data);
    assert_null(t.positions);
}

static void a_skeleton_that_does_not_fit(void **state) {
    (void)state;
    PoseSource t;
    Skeleton s;
    PoseTrack b;
    Error err;
    if (pose_source_read(dance, &t, &err) || skeleton_smpl(&s, &err)) fail_msg("%s", err.text);
    s.joints = 23;
    assert_int_equal(pose_source_track(&t, 0, 5, &s, false, &b, &err), -1);
    assert_non_null(strstr(err.text, "--skeleton"));
    assert_int_equal(pose_source_track(&t, 0, 5, &s, true, &b, &err), -1);
    pose_source_free(&t);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(joint_positions),
                                       cmocka_unit_test(what_is_no_dance),
                                       cmocka_unit_test(a_skeleton_that_does_not_fit)};
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
