/* Motions in other projects' layouts: bare arrays by their columns, EDGE's and FineDance's pickles,
 * SMPL-H and SMPL-X with and without hands. Expected rotations are worked by hand. */
#include <math.h>

#include "lib/formats/tensor_file.h"
#include "lib/motion/import/array_layout.h"
#include "lib/motion/import/motion_import.h"
#include "test/scratch.h"

/* A quarter turn about y: rows (0, 0, 1), (0, 1, 0), (-1, 0, 0); about -z: (0, 1, 0), (-1, 0, 0).
 */
static const double about_y[9] = {0, 0, 1, 0, 1, 0, -1, 0, 0};
static const double about_minus_z[9] = {0, 1, 0, -1, 0, 0, 0, 0, 1};
static const double straight[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static void assert_rotation(const Motion *m, size_t joint, const double r[9]) {
    for (size_t i = 0; i < 9; i++)
        if (!(fabs((double)m->data[3 + 9 * joint + i] - r[i]) < 1e-6))
            fail_msg("joint %zu, entry %zu: %g, not %g", joint, i,
                     (double)m->data[3 + 9 * joint + i], r[i]);
}

static const char *write_array(const char *name, size_t frames, size_t columns, const float *x) {
    Error err;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){frames, columns}, 0, &err), &err);
    memcpy(t.data, x, frames * columns * sizeof *x);
    const char *path = scratch(name);
    assert_done(npy_write(path, &t, &err), &err);
    tensor_free(&t);
    return path;
}

/* [contacts] translation (1, 2, 4), then 6 numbers a joint, scaled by `scale`. */
static void six(float *x, size_t contacts, size_t joints, float scale) {
    float *at = x + contacts;
    for (size_t i = 0; i < 3; i++) *at++ = (float)(1 << i);
    for (size_t j = 0; j < joints; j++)
        for (size_t i = 0; i < 6; i++) {
            const double *r = j == 0 ? about_y : j == joints - 1 ? about_minus_z : straight;
            *at++ = scale * (float)r[i];
        }
}

static void six_numbers_a_joint(void **state) {
    (void)state;
    static const struct {
        size_t columns, contacts, joints, result;
    } cases[] = {{315, 0, 52, 52}, {319, 4, 52, 52}, {139, 4, 22, 24}};
    float x[319] = {0};
    for (size_t i = 0; i < 3; i++) {
        Error err, note;
        Motion m;
        six(x, cases[i].contacts, cases[i].joints, 1.1f); /* network output: nearly unit length */
        assert_done(
            motion_import(write_array("six.npy", 1, cases[i].columns, x), NULL, &m, &note, &err),
            &err);
        assert_int_equal(m.joints, cases[i].result);
        assert_true(m.fps == 30 && m.frames == 1);
        for (size_t k = 0; k < 3; k++) assert_true(m.data[k] == (float)(1 << k));
        assert_rotation(&m, 0, about_y);
        assert_rotation(&m, 1, straight);
        assert_rotation(&m, cases[i].joints - 1, about_minus_z);
        motion_free(&m);
        six(x, cases[i].contacts, cases[i].joints, 0.1f);
        assert_failed(
            motion_import(write_array("six.npy", 1, cases[i].columns, x), NULL, &m, NULL, &err),
            &err, "not of unit length");
        assert_failed(motion_read(scratch("six.npy"), &m, &err), &err, "import-motion");
    }
}

/* Of 6-d rotations some nine numbers have a determinant near 1 by chance. */
static void six_numbers_are_not_matrices(void **state) {
    (void)state;
    enum { FRAMES = 20, COLUMNS = 147 };
    static float x[FRAMES * COLUMNS];
    for (size_t f = 0; f < FRAMES; f++)
        for (size_t j = 0; j < 24; j++) { /* the first two rows of a turn about y, then about x */
            float a = sinf((float)(3 * f + 5 * j)), b = 0.9f * cosf((float)(7 * f + 2 * j));
            float *row = x + f * COLUMNS + 3 + 6 * j;
            row[0] = cosf(a);
            row[1] = sinf(a) * sinf(b);
            row[2] = sinf(a) * cosf(b);
            row[4] = cosf(b);
            row[5] = -sinf(b);
        }
    Error err;
    Motion m;
    const char *path = write_array("six.npy", FRAMES, COLUMNS, x);
    assert_failed(motion_import(path, NULL, &m, NULL, &err), &err, "24 joints as 6-d rotations");
}

/* Axis-angles in as many columns as [T, 3 + 9 J] has for some J are not taken for matrices. */
static void axis_angles_are_not_matrices(void **state) {
    (void)state;
    static const size_t columns[] = {66, 75, 147, 156, 165};
    float x[2 * 165];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) x[i] = 0.3f * sinf((float)(7 * i));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        Error err;
        Motion m;
        const char *path = write_array("angles.npy", 2, columns[i], x);
        assert_failed(motion_read(path, &m, &err), &err, "not matrices");
        assert_failed(motion_import(path, NULL, &m, NULL, &err), &err,
                      i == 2 ? "6-d" : "axis-angles");
    }
    float frame[2 * 12] = {0};
    for (size_t f = 0; f < 2; f++)
        for (size_t k = 0; k < 9; k++) frame[12 * f + 3 + k] = (float)about_y[k] * 1.2f;
    assert_true(array_holds_rotations(frame, 2, 12)); /* det 1.7: raw network output */
}

static void pickles_of_edge_and_finedance(void **state) {
    (void)state;
    Error err, note;
    Motion m;
    assert_done(motion_import("test/golden/motion/edge_slice.pkl", NULL, &m, &note, &err), &err);
    assert_true(m.joints == 24 && m.fps == 60 && m.data[2] == 4 && *note.text == '\0');
    assert_rotation(&m, 0, about_y);
    assert_rotation(&m, 16, about_minus_z);
    motion_free(&m);
    assert_done(motion_import("test/golden/motion/edge_split.pkl", NULL, &m, &note, &err), &err);
    assert_true(m.data[0] == 0.5f && m.data[1] == 1 && m.data[2] == 2);
    motion_free(&m);
    assert_done(motion_import("test/golden/motion/finedance.pkl", NULL, &m, &note, &err), &err);
    assert_true(m.joints == 52 && m.fps == 30 && m.data[2] == 4);
    assert_rotation(&m, 0, about_y);
    assert_rotation(&m, 51, about_minus_z);
    assert_non_null(strstr(note.text, "FineDance"));
    motion_free(&m);
}

/* The right thumb's last joint is SMPL-H's 51 and SMPL-X's 54. */
static void hands_of_amass(void **state) {
    (void)state;
    static const size_t columns[] = {156, 165};
    const MotionImportOptions hands = {.hands = true};
    for (size_t i = 0; i < 2; i++) {
        Error err;
        Motion m;
        Tensors set = {0};
        Tensor poses, trans;
        assert_done(tensor_new(&poses, TENSOR_F64, 2, (size_t[]){1, columns[i]}, 0, &err), &err);
        assert_done(tensor_new(&trans, TENSOR_F64, 2, (size_t[]){1, 3}, 0, &err), &err);
        tensor_f64(&poses)[columns[i] - 1] = -M_PI / 2;
        tensor_f64(&poses)[3 * 21 + 1] = M_PI / 2; /* the right wrist */
        assert_done(tensors_add(&set, "poses", &poses, &err), &err);
        assert_done(tensors_add(&set, "trans", &trans, &err), &err);
        assert_done(tensors_add_f64(&set, "mocap_frame_rate", 120, &err), &err);
        const char *path = scratch("hands.npz");
        assert_done(npz_write(path, &set, &err), &err);
        tensors_free(&set);
        assert_done(motion_import(path, &hands, &m, NULL, &err), &err);
        assert_int_equal(m.joints, 52);
        assert_rotation(&m, 51, about_minus_z);
        assert_rotation(&m, 21, about_y);
        motion_free(&m);
        assert_done(motion_import(path, NULL, &m, NULL, &err), &err);
        assert_int_equal(m.joints, 24);
        assert_rotation(&m, 21, about_y);
        assert_rotation(&m, 23, straight);
        motion_free(&m);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_numbers_a_joint),
        cmocka_unit_test(axis_angles_are_not_matrices),
        cmocka_unit_test(six_numbers_are_not_matrices),
        cmocka_unit_test(pickles_of_edge_and_finedance),
        cmocka_unit_test(hands_of_amass),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
