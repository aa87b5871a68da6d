#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/motion_import.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static char folder[] = "build/test-motionimport-XXXXXX";
static char npz[sizeof folder + 40], pkl[sizeof folder + 40];

static int setup(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(npz, sizeof npz, "%s/gBR_sBM_cAll_d04_mBR0_ch01.npz", folder);
    snprintf(pkl, sizeof pkl, "%s/x.pkl", folder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(npz);
    unlink(pkl);
    return rmdir(folder);
}

static void assert_done(int status, const Error *err) {
    if (status) fail_msg("%s", err->text);
}

static void pickles_of_all_ages_are_read(void **state) {
    (void)state;
    static const char *const files[][2] = {
        {"p2_numpy1", "float32"},
        {"p2_numpy2", "float32"},
        {"p3_numpy1", "float32"},
        {"p4_numpy1", "float32"},
        {"p4_numpy2", "float32"},
        {"p5_numpy1", "float32"},
        {"p5_numpy2", "float32"},
        {"python2", "float32"},
        {"fortran_p5", "float32"},
        {"big_endian", "float32"},
        {"24x3", "float32"},
        {"f64", "float64"},
        {"no_scaling", "no_scaling"},
        {"scalar_scaling", "scaling_93_78"},
        {"extra_keys", "scaling_93_78"},
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        Error err;
        Motion m, expected;
        char path[100];
        snprintf(path, sizeof path, "test/golden/aist/aist_%s.pkl", files[i][0]);
        assert_done(motion_import(path, NULL, &m, NULL, &err), &err);
        snprintf(path, sizeof path, "test/golden/aist/expected_%s.npz", files[i][1]);
        assert_done(motion_read(path, &expected, &err), &err);
        assert_true(m.frames == expected.frames && m.frames == 8 && m.joints == 24 && m.fps == 60 &&
                    m.seed_frames == 0);
        for (size_t k = 0; k < m.frames * motion_dim(&m); k++)
            if (!(fabsf(m.data[k] - expected.data[k]) <= 1e-6f))
                fail_msg("%s: element %zu: %g, not %g", files[i][0], k, (double)m.data[k],
                         (double)expected.data[k]);
        motion_free(&m);
        motion_free(&expected);
    }
}

static void write_amass(size_t columns, const char *rate_name) {
    Error err;
    Tensors set = {0};
    Tensor poses, trans;
    assert_done(tensor_new(&poses, TENSOR_F64, 2, (size_t[]){2, columns}, 0, &err), &err);
    assert_done(tensor_new(&trans, TENSOR_F64, 2, (size_t[]){2, 3}, 0, &err), &err);
    tensor_f64(&poses)[0] =
        M_PI / 2; /* standing up in a world whose z is up: a quarter turn about x */
    tensor_f64(&poses)[66] = 0.5; /* joint 22: a hand in SMPL, a finger or jaw elsewhere */
    for (int i = 0; i < 3; i++) tensor_f64(&trans)[i] = i + 1;
    assert_done(tensors_add(&set, "poses", &poses, &err), &err);
    assert_done(tensors_add(&set, "trans", &trans, &err), &err);
    if (rate_name) assert_done(tensors_add_f64(&set, rate_name, 120, &err), &err);
    assert_done(npz_write(npz, &set, &err), &err);
    tensors_free(&set);
}

/* The pelvis lies at trans + rest pelvis (a, b, c) with z up; turned, that is (x, z, -y), from
 * which ours is subtracted again. */
static void amass_is_stood_up(void **state) {
    (void)state;
    Error err;
    Motion m;
    const double b = -0.24078914, c = 0.02858380;
    const size_t columns[2] = {156, 72};
    for (int i = 0; i < 2; i++) {
        write_amass(columns[i], i ? "mocap_frame_rate" : "mocap_framerate");
        assert_done(motion_import(npz, NULL, &m, NULL, &err), &err);
        assert_true(m.frames == 2 && m.joints == 24 && m.fps == 120);
        const double expected[3] = {1, 3 + c - b, -(2 + b) - c};
        for (int k = 0; k < 3; k++) assert_true(fabs((double)m.data[k] - expected[k]) < 1e-6);
        for (int k = 0; k < 9; k++)
            assert_true(fabsf(m.data[3 + k] - (float)(k % 4 == 0)) <
                        1e-6f); /* upright: no turn is left */
        assert_true(fabsf(m.data[3 + 9 * 22 + 4] - (i ? cosf(0.5f) : 1)) < 1e-6f);
        assert_string_equal(m.genre, "BR");
        assert_string_equal(m.music, "mBR0");
        motion_free(&m);
    }
    write_amass(156, NULL);
    assert_int_equal(motion_import(npz, NULL, &m, NULL, &err), -1);
    assert_non_null(strstr(err.text, "mocap_framerate"));
    assert_null(m.data);
    write_amass(67, "mocap_framerate");
    assert_int_equal(motion_import(npz, NULL, &m, NULL, &err), -1);
    assert_non_null(strstr(err.text, "[2, 67]"));
}

#define ARRAY_START                                                         \
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01" \
    "b\x87R(K\x01"
#define F4                 \
    "cnumpy\ndtype\nU\x02" \
    "f4K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"

/* EDGE's own pickles: z up, the root at the translation itself, 30 fps, known by full_pose. One
 * frame of no turns at (1, 2, 3). */
static void edge_is_stood_up(void **state) {
    (void)state;
    static const char start[] = "\x80\x02}(U\x0asmpl_poses" ARRAY_START "K\x01KH\x86" F4
                                "T\x20\x01\x00"; /* the terminating 0 is the length's last byte */
    static const char end[] = "tbU\x0asmpl_trans" ARRAY_START "K\x01K\x03\x86" F4
                              "U\x0c\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40tbU\x09"
                              "full_poseNu.";
    char pickle[sizeof start + 288 + sizeof end] = {0};
    memcpy(pickle, start, sizeof start);
    memcpy(pickle + sizeof start + 288, end, sizeof end);
    Error err;
    Motion m;
    assert_done(file_write(pkl, pickle, sizeof start + 288 + sizeof end - 1, &err), &err);
    assert_done(motion_import(pkl, NULL, &m, NULL, &err), &err);
    assert_true(m.frames == 1 && m.fps == 30);
    const double root[3] = {1, 3, -2},
                 rest[3] = {-0.00217368, -0.24078914,
                            0.02858380}; /* ours lies at translation + rest pelvis */
    for (int k = 0; k < 3; k++) assert_true(fabs((double)m.data[k] + rest[k] - root[k]) < 1e-6);
    const float turned[9] = {1, 0, 0, 0, 0, 1, 0, -1, 0};
    for (int k = 0; k < 9; k++) assert_true(fabsf(m.data[3 + k] - turned[k]) < 1e-6f);
    motion_free(&m);
}

static void assert_advice(const char *pickle, size_t size, const char *advice) {
    Error err;
    Motion m;
    assert_done(file_write(pkl, pickle, size, &err), &err);
    assert_int_equal(motion_import(pkl, NULL, &m, NULL, &err), -1);
    assert_null(m.data);
    assert_ptr_equal(strstr(err.text, pkl), err.text);
    if (!strstr(err.text, advice)) fail_msg("%s", err.text);
}

static void wrong_files_get_advice(void **state) {
    (void)state;
    const char keypoints3d[] = "\x80\x02}U\x0bkeypoints3dNs.",
               keypoints2d[] = "\x80\x02}U\x0bkeypoints2dNs.", other[] = "\x80\x02}U\x05otherNs.",
               list[] = "\x80\x02].";
    assert_advice(keypoints3d, sizeof keypoints3d - 1, "motions/");
    assert_advice(keypoints2d, sizeof keypoints2d - 1, "motions/");
    assert_advice(other, sizeof other - 1, "keys are other");
    assert_advice(list, sizeof list - 1, "a list");
    const char no_trans[] = "\x80\x02}U\x0asmpl_posesNs.",
               nothing[] = "\x80\x02}(U\x0asmpl_posesNU\x0asmpl_transNu.";
    assert_advice(no_trans, sizeof no_trans - 1, "smpl_trans");
    assert_advice(nothing, sizeof nothing - 1, "None");
    Error err;
    Motion m;
    assert_int_equal(motion_import("dance.fbx", NULL, &m, NULL, &err), -1);
    assert_non_null(strstr(err.text, "unknown kind"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pickles_of_all_ages_are_read),
        cmocka_unit_test(amass_is_stood_up),
        cmocka_unit_test(edge_is_stood_up),
        cmocka_unit_test(wrong_files_get_advice),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
