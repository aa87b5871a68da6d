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
#include "lib/motion/motion.h"
#include "lib/motion/smpl_joint_names.h"
#include "lib/motion/vec3.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static char folder[] = "build/test-motion-XXXXXX";
static char npz[sizeof folder + 16], npy[sizeof folder + 16];

static int setup(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(npz, sizeof npz, "%s/m.npz", folder);
    snprintf(npy, sizeof npy, "%s/m.npy", folder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(npz);
    unlink(npy);
    return rmdir(folder);
}

static void assert_done(int status, const Error *err) {
    if (status) fail_msg("%s", err->text);
}

static void assert_refused(const char *path, const char *why) {
    Error err;
    Motion m;
    memset(&m, 0xff, sizeof m);
    assert_int_equal(motion_read(path, &m, &err), -1);
    assert_null(m.data);
    if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, why))
        fail_msg("%s", err.text);
}

/* --- files --- */

static void motions_come_back(void **state) {
    (void)state;
    Error err;
    Motion m, back;
    assert_done(motion_new(&m, 3, 2, &err), &err);
    assert_int_equal(motion_dim(&m), 21);
    assert_true(m.fps == 60 && m.seed_frames == 0 && !*m.genre && !*m.music);
    for (size_t i = 0; i < 63; i++) m.data[i] = (float)i / 8;
    m.fps = 29.97;
    m.seed_frames = 2;
    assert_done(motion_set_names(&m, "BR", "mBR0", &err), &err);
    assert_done(motion_write(npz, &m, &err), &err);
    assert_done(motion_read(npz, &back, &err), &err);
    assert_int_equal(back.frames, 3);
    assert_int_equal(back.joints, 2);
    assert_memory_equal(back.data, m.data, 63 * sizeof(float));
    assert_true(back.fps == 29.97 && !back.fps_assumed && back.seed_frames == 2);
    assert_string_equal(back.genre, "BR");
    assert_string_equal(back.music, "mBR0");
    motion_free(&m);
    motion_free(&back);
}

/* Writes zeros of this shape, with first_value in front. */
static void write_npy(int rank, const size_t *shape, double first_value) {
    Error err;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F64, rank, shape, 0, &err), &err);
    if (tensor_count(&t) > 0) tensor_f64(&t)[0] = first_value;
    assert_done(npy_write(npy, &t, &err), &err);
    tensor_free(&t);
}

static void bare_arrays_are_motions(void **state) {
    (void)state;
    Error err;
    Motion m;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){2, 219}, 0, &err), &err);
    for (size_t f = 0; f < 2; f++) { /* translation 0.5, and identities */
        float *frame = tensor_f32(&t) + 219 * f;
        frame[0] = 0.5f;
        for (size_t j = 0; j < 24; j++)
            for (size_t k = 0; k < 3; k++) frame[3 + 9 * j + 4 * k] = 1;
    }
    assert_done(npy_write(npy, &t, &err), &err);
    tensor_free(&t);
    assert_done(motion_read(npy, &m, &err), &err);
    assert_true(m.frames == 2 && m.joints == 24 && m.fps == 60 && m.fps_assumed &&
                m.seed_frames == 0 && m.data[0] == 0.5f);
    motion_free(&m);
    write_npy(2, (size_t[]){2, 219}, 0.5);
    assert_refused(npy, "matrices are not rotations");
}

static void mints_six_columns_are_dropped(void **state) {
    (void)state;
    Error err;
    Motion m;
    Tensor t;
    assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){2, 225}, 0, &err), &err);
    for (size_t f = 0; f < 2; f++)
        for (size_t c = 6; c < 225; c++) tensor_f32(&t)[225 * f + c] = (float)(1000 * f + c);
    assert_done(npy_write(npy, &t, &err), &err);
    tensor_free(&t);
    assert_done(motion_read(npy, &m, &err), &err);
    assert_true(m.joints == 24 && m.data[0] == 6 && m.data[219] == 1006 &&
                m.data[2 * 219 - 1] == 1224);
    motion_free(&m);
    write_npy(2, (size_t[]){2, 225}, 0.5);
    assert_refused(npy, "first 6 are zero");
}

static void wrong_arrays_are_refused(void **state) {
    (void)state;
    const struct {
        int rank;
        size_t shape[3];
        double first;
        const char *why;
    } cases[] = {
        {1, {219}, 0, "[219]"},
        {2, {2, 218}, 0, "[2, 218]"},
        {2, {2, 3}, 0, "[2, 3]"},
        {2, {2, 0}, 0, "[2, 0]"},
        {3, {2, 219, 1}, 0, "[2, 219, 1]"},
        {2, {0, 219}, 0, "no frames"},
        {2, {2, 219}, NAN, "NaN"},
        {2, {2, 219}, 1e300, "motion"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_npy(cases[i].rank, cases[i].shape, cases[i].first);
        assert_refused(npy, cases[i].why);
    }
    assert_refused("test/golden/aist/aist_f64.pkl", "import-motion");
    assert_refused("test/nowhere.npz", "No such file");
}

static void wrong_scalars_are_refused(void **state) {
    (void)state;
    const struct {
        const char *name;
        double value;
        const char *why;
    } cases[] = {{"fps", 0, "'fps' is 0, but must lie between 1 and 1000"},
                 {"fps", -60, "'fps' is -60"},
                 {"fps", NAN, "'fps' is nan"},
                 {"fps", 1e300, "'fps' is 1e+300"},
                 {"fps", 1e-3, "'fps' is 0.001"},
                 {"fps", 1000.5, "'fps' is 1000.5"},
                 {"seed_frames", -1, "2 frames"},
                 {"seed_frames", 3, "2 frames"},
                 {"genre", 1, "one text"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        Tensors set = {0};
        Tensor t;
        assert_done(tensor_new(&t, TENSOR_F32, 2, (size_t[]){2, 219}, 0, &err), &err);
        assert_done(tensors_add(&set, "motion", &t, &err), &err);
        int whole = strcmp(cases[i].name, "seed_frames") == 0;
        assert_done(whole ? tensors_add_i64(&set, cases[i].name, (int64_t)cases[i].value, &err)
                          : tensors_add_f64(&set, cases[i].name, cases[i].value, &err),
                    &err);
        assert_done(npz_write(npz, &set, &err), &err);
        tensors_free(&set);
        assert_refused(npz, cases[i].why);
    }
}

/* --- names --- */

static void aist_names_are_taken_apart(void **state) {
    (void)state;
    char genre[16], music[32];
    assert_int_equal(aist_parse_name("gBR_sBM_cAll_d04_mBR0_ch01", genre, music), 0);
    assert_string_equal(genre, "BR");
    assert_string_equal(music, "mBR0");
    const char *const others[] = {"",
                                  "gBR",
                                  "gBR_sBM_cAll_d04_mBR0",
                                  "gBR_sBM_cAll_d04_mBR0_ch01_x",
                                  "g_sBM_cAll_d04_mBR0_ch01",
                                  "BR_sBM_cAll_d04_mBR0_ch01",
                                  "gBR_sBM_cAll_d04__ch01",
                                  "gABCDEFGHIJKLMNOPQRS_sBM_cAll_d04_mBR0_ch01"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(aist_parse_name(others[i], genre, music), -1);
}

/* --- forward kinematics --- */

/* A chain of three, each 1 m above the one before; root and middle turn by a quarter about z, which
 * takes y to -x, then -x to -y. */
static void a_chain_bends_as_by_hand(void **state) {
    (void)state;
    Error err;
    Motion m;
    int parents[3] = {-1, 0, 1};
    double offsets[9] = {0.1, 0.2, 0.3, 0, 1, 0, 0, 1, 0}, positions[9];
    const Skeleton s = {.joints = 3, .parents = parents, .offsets = offsets};
    assert_done(motion_new(&m, 1, 3, &err), &err);
    const float frame[30] = {1, 2, 3, 0, -1, 0, 1, 0, 0, 0, 0, 1, 0, -2, 0,
                             2, 0, 0, 0, 0,  2, 1, 0, 0, 0, 1, 0, 0, 0,  1};
    memcpy(m.data, frame, sizeof frame); /* the middle one doubled: projection undoes that */
    motion_joints(&m, &s, positions);
    const double expected[9] = {1.1, 2.2, 3.3, 0.1, 2.2, 3.3, 0.1, 1.2, 3.3};
    for (int i = 0; i < 9; i++) assert_true(fabs(positions[i] - expected[i]) < 1e-12);
    motion_free(&m);
}

static void check_joints(const Tensors *set, const char *body) {
    Error err;
    char name[32];
    Tensor *t[4];
    const char *const parts[4] = {"parents", "offsets", "noisy_motion", "noisy_joints"};
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s.%s", body, parts[i]);
        if (!(t[i] = tensors_need(set, name, &err))) fail_msg("%s", err.text);
    }
    size_t joints = t[0]->shape[0], frames = t[2]->shape[0];
    int parents[64];
    for (size_t j = 0; j < joints; j++) parents[j] = (int)tensor_i64(t[0])[j];
    const Skeleton s = {.joints = joints, .parents = parents, .offsets = tensor_f64(t[1])};
    const Motion m = {.frames = frames, .joints = joints, .data = tensor_f32(t[2])};
    double *positions = calloc(frames * joints * 3, sizeof *positions);
    assert_non_null(positions);
    motion_joints(&m, &s, positions);
    for (size_t i = 0; i < frames * joints * 3; i++)
        assert_true(fabs(positions[i] - tensor_f64(t[3])[i]) < 1e-13);
    free(positions);
}

static void joints_are_the_references(void **state) {
    (void)state;
    Error err;
    Tensors set;
    Skeleton s;
    assert_done(tensor_file_read("test/golden/rotation/fk.npz", &set, &err), &err);
    check_joints(&set, "smpl");
    check_joints(&set, "tree52");
    assert_done(skeleton_smpl(&s, &err), &err);
    assert_int_equal(s.joints, 24);
    for (size_t j = 0; j < 24; j++)
        assert_int_equal(s.parents[j], tensor_i64(tensors_find(&set, "smpl.parents"))[j]);
    assert_memory_equal(s.offsets, tensor_f64(tensors_find(&set, "smpl.offsets")),
                        72 * sizeof(double));
    skeleton_free(&s);
    tensors_free(&set);
}

static void write_skeleton(const int64_t parents[3], size_t rows) {
    Error err;
    Tensors set = {0};
    Tensor p, o;
    assert_done(tensor_new(&p, TENSOR_I64, 1, (size_t[]){3}, 0, &err), &err);
    memcpy(tensor_i64(&p), parents, 3 * sizeof *parents);
    assert_done(tensor_new(&o, TENSOR_F32, 2, (size_t[]){rows, 3}, 0, &err), &err);
    tensor_f32(&o)[4] = 0.5f;
    assert_done(tensors_add(&set, "parents", &p, &err), &err);
    assert_done(tensors_add(&set, "offsets", &o, &err), &err);
    assert_done(npz_write(npz, &set, &err), &err);
    tensors_free(&set);
}

static void skeletons_are_trees(void **state) {
    (void)state;
    Error err;
    Skeleton s;
    write_skeleton((int64_t[]){-1, 0, 0}, 3);
    assert_done(skeleton_read(npz, &s, &err), &err);
    assert_true(s.joints == 3 && s.parents[2] == 0 && s.offsets[4] == 0.5);
    skeleton_free(&s);
    const int64_t wrong[][3] = {{0, 0, 0}, {-1, -1, 0}, {-1, 2, 0}, {-1, 1, 0}, {-1, 0, 3}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_skeleton(wrong[i], 3);
        assert_int_equal(skeleton_read(npz, &s, &err), -1);
        assert_non_null(strstr(err.text, "root"));
        assert_null(s.parents);
    }
    write_skeleton((int64_t[]){-1, 0, 0}, 2);
    assert_int_equal(skeleton_read(npz, &s, &err), -1);
    assert_non_null(strstr(err.text, "[2, 3]"));
}

/* SMPL-H: the body is SMPL's, hands are mirror images, fingers as long as the cited table's. */
static void smplh_has_hands(void **state) {
    (void)state;
    static const double index[3] = {0.0681, 0.0398, 0.0224}, thumb[2] = {0.0462, 0.0316};
    Error err;
    Skeletons all;
    const Skeleton *hands, *plain, *none;
    char name[24];
    assert_done(skeletons_open(&all, NULL, &err), &err);
    assert_done(skeletons_find(&all, 52, &hands, &err), &err);
    assert_done(skeletons_find(&all, 24, &plain, &err), &err);
    const Skeleton s = *hands, smpl = *plain;
    assert_memory_equal(s.parents, smpl.parents, 22 * sizeof *s.parents);
    assert_memory_equal(s.offsets, smpl.offsets, 3 * 22 * sizeof *s.offsets);
    for (int j = 22; j < 52; j++) {
        int first = j - (j - 22) % 3, wrist = j < 37 ? 20 : 21;
        assert_int_equal(s.parents[j], j == first ? wrist : j - 1);
        if (j >= 37) continue;
        const double *left = s.offsets + 3 * j, *right = left + 3 * 15;
        assert_true(left[0] == -right[0] && left[1] == right[1] && left[2] == right[2]);
    }
    double carpus = 0.022, first = vec3_norm(s.offsets + 3 * 22);
    assert_true(fabs(first - carpus - index[0]) < 2e-4);
    for (int i = 1; i < 3; i++)
        assert_true(fabs(vec3_norm(s.offsets + 3 * (22 + i)) - index[i]) < 2e-4);
    for (int i = 0; i < 2; i++)
        assert_true(fabs(vec3_norm(s.offsets + 3 * (35 + i)) - thumb[i]) < 2e-4);
    assert_string_equal(smpl_joint_name(52, 21, name), "R_Wrist");
    assert_string_equal(smpl_joint_name(52, 22, name), "L_Index1");
    assert_string_equal(smpl_joint_name(52, 36, name), "L_Thumb3");
    assert_string_equal(smpl_joint_name(52, 37, name), "R_Index1");
    assert_string_equal(smpl_joint_name(52, 51, name), "R_Thumb3");
    assert_int_equal(skeletons_find(&all, 17, &none, &err), -1);
    assert_non_null(strstr(err.text, "17 joints"));
    skeletons_free(&all);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(motions_come_back),
        cmocka_unit_test(bare_arrays_are_motions),
        cmocka_unit_test(mints_six_columns_are_dropped),
        cmocka_unit_test(wrong_arrays_are_refused),
        cmocka_unit_test(wrong_scalars_are_refused),
        cmocka_unit_test(aist_names_are_taken_apart),
        cmocka_unit_test(a_chain_bends_as_by_hand),
        cmocka_unit_test(joints_are_the_references),
        cmocka_unit_test(skeletons_are_trees),
        cmocka_unit_test(smplh_has_hands),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
