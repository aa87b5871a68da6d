/* Kinetic and geometric features against aistplusplus_api's (test/golden/metrics), worked
 * equations, invariants. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/joint_map.h"
#include "lib/motion/resample_motion.h"
#include "metrics/dance_features.h"

#include <cmocka.h>

#include "test/metrics/near.h"

enum { J = SMPL_JOINTS, K = KINETIC_PER_JOINT * J, G = GEOMETRIC_FEATURES };

static Tensors golden(const char *path) {
    Tensors set;
    Error err;
    if (tensor_file_read(path, &set, &err)) fail_msg("%s", err.text);
    return set;
}

static Tensor *part(Tensors *set, const char *name, const char *kind) {
    char full[80];
    Error err;
    snprintf(full, sizeof full, "%s.%s", name, kind);
    Tensor *t = tensors_need(set, full, &err);
    if (!t ||
        tensor_convert(t, strcmp(kind, "joints") && strcmp(kind, "pose") ? TENSOR_F32 : TENSOR_F64,
                       &err))
        fail_msg("%s", err.text);
    return t;
}

static void close_to(const float *x, const float *want, size_t n, const char *what) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)want[i]) <= 1e-5 * fabs((double)want[i])))
            fail_msg("%s [%zu]: %.9g, not %.9g", what, i, (double)x[i], (double)want[i]);
}

static void equals_reference(Tensors *set, const char *name, const double *p, size_t frames) {
    float k[K], g[G];
    if (frames >= FEATURE_FRAMES_MIN) {
        kinetic_features(p, frames, J, false, k);
        close_to(k, tensor_f32(part(set, name, "kinetic")), K, name);
    }
    geometric_features(p, frames, J, NULL, GEOMETRIC_CURRENT, g);
    assert_memory_equal(g, tensor_f32(part(set, name, "geometric")), sizeof g);
}

static void joints_give_published_features(void **state) {
    (void)state;
    Tensors set = golden("test/golden/metrics/features_of_joints.npz");
    static const char *const plain[] = {"frames_2", "frames_3", "frames_5", "moving"};
    for (size_t i = 0; i < 4; i++) {
        Tensor *p = part(&set, plain[i], "joints");
        equals_reference(&set, plain[i], tensor_f64(p), p->shape[0]);
    }
    double p[40 * J * 3];
    const double *moving = tensor_f64(part(&set, "moving", "joints")),
                 *pose = tensor_f64(part(&set, "static", "pose")),
                 *point = tensor_f64(part(&set, "all_joints_equal", "pose"));
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = i % 3 ? -moving[i] : moving[i];
    equals_reference(&set, "upside_down", p, 40);
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = pose[i % (J * 3)];
    equals_reference(&set, "static", p, 40);
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = point[3 * (i / (J * 3)) + i % 3];
    equals_reference(&set, "all_joints_equal", p, 40);
    tensors_free(&set);
}

static Motion dance(Skeleton *s) {
    Motion m;
    Error err;
    if (motion_read("test/golden/metrics/dance.npz", &m, &err) || skeleton_smpl(s, &err))
        fail_msg("%s", err.text);
    return m;
}

/* dance_feature_rows of a motion's frames from `first` on: one row. */
static int features(const Motion *m, const Skeleton *s, size_t first, const DanceFeatureOptions *o,
                    float *kinetic, float *geometric, Error *err) {
    PoseTrack b;
    DanceFeatureRows f;
    if (pose_track_new(&b, m, first, m->frames - first, s, err)) return -1;
    int status = dance_feature_rows(&b, o, &f, err);
    pose_track_free(&b);
    if (status) return -1;
    assert_int_equal(f.rows, 1);
    memcpy(kinetic, f.kinetic, KINETIC_PER_JOINT * f.joints * sizeof *kinetic);
    memcpy(geometric, f.geometric, GEOMETRIC_FEATURES * sizeof *geometric);
    dance_feature_rows_free(&f);
    return 0;
}

static void a_motion_gives_published_features(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s);
    Tensors set = golden("test/golden/metrics/dance.npz");
    float k[K], g[G];
    Error err;
    assert_int_equal(features(&m, &s, 0, &(DanceFeatureOptions){0}, k, g, &err), 0);
    close_to(k, tensor_f32(tensors_find(&set, "kinetic")), K, "kinetic");
    assert_memory_equal(g, tensor_f32(tensors_find(&set, "geometric")), sizeof g);
    tensors_free(&set);
    motion_free(&m);
    skeleton_free(&s);
}

/* One joint going straight at (1, 2, 2) m/s from (3, 0, 4): energies 1 + 4 and 4; a(k) = (v - (p[k]
 * - p[k-1]/dt))/dt without the brackets. */
static void kinetic_by_hand(void **state) {
    (void)state;
    enum { T = 9 };
    double p[T * 3], v[3] = {1, 2, 2}, start[3] = {3, 0, 4}, expenditure = 0;
    for (size_t t = 0; t < T; t++)
        for (size_t c = 0; c < 3; c++) p[3 * t + c] = start[c] + v[c] * (double)t / 60;
    for (int i = 1; i < T; i++) {
        double a[3] = {0, 0, 0}, n = 0;
        for (int k = i - 2; k <= i + 2; k++) {
            if (k < 1 || k > T - 2) continue;
            n++;
            for (int c = 0; c < 3; c++)
                a[c] += (v[c] - (p[3 * k + c] - 60 * p[3 * (k - 1) + c])) * 60;
        }
        expenditure += sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) / n / (T - 1);
    }
    float out[3];
    kinetic_features(p, T, 1, false, out);
    near((double)out[0], 5, 1e-5);
    near((double)out[1], 4, 1e-5);
    near((double)out[2] / expenditure, 1, 1e-6);
    kinetic_features(p, T, 1, true, out);
    near((double)out[0], 5, 1e-5);
    near((double)out[2], 0, 1e-6); /* corrected: no acceleration */
    for (size_t t = 0; t < T; t++)
        p[3 * t + 1] = 0.5 * 7 * (double)(t * t) / 3600; /* 7 m/s^2 upwards */
    kinetic_features(p, T, 1, true, out);
    near((double)out[2], 7, 1e-4);
}

/* Ankles 50 cm apart along the hips are more than 2.1 hip widths (27 cm), 20 cm are not. */
static void feet_apart_by_hand(void **state) {
    (void)state;
    double p[2 * J * 3] = {0};
    float g[G];
    for (size_t t = 0; t < 2; t++) {
        double *f = p + 3 * J * t;
        f[3 * 1] = 0.1, f[3 * 2] = -0.1; /* hips */
        f[3 * 7] = 0.25, f[3 * 8] = -0.25; /* ankles */
    }
    geometric_features(p, 2, J, NULL, GEOMETRIC_CURRENT, g);
    near((double)g[18], 1, 0);
    p[3 * (J + 7)] = 0.1, p[3 * (J + 8)] = -0.1;
    geometric_features(p, 2, J, NULL, GEOMETRIC_CURRENT, g);
    near((double)g[18], 0, 0);
}

/* Joints in groups of eight and a rest: 11 joints one by one give the same bits. */
static void joints_do_not_mix(void **state) {
    (void)state;
    enum { T = 12, N = 11 };
    double p[T * N * 3], one[T * 3];
    Rng r = rng_seed(5);
    for (size_t i = 0; i < T * N * 3; i++) p[i] = rng_normal(&r);
    float all[3 * N], alone[3];
    kinetic_features(p, T, N, false, all);
    for (size_t j = 0; j < N; j++) {
        for (size_t t = 0; t < T; t++) memcpy(one + 3 * t, p + 3 * (t * N + j), 3 * sizeof *one);
        kinetic_features(one, T, 1, false, alone);
        assert_memory_equal(alone, all + 3 * j, sizeof alone);
    }
}

/* About y nothing changes but the published expenditure, and that does not either where the axis
 * goes through the origin. */
static void turning_and_moving(void **state) {
    (void)state;
    Tensors set = golden("test/golden/metrics/features_of_joints.npz");
    const double *p = tensor_f64(part(&set, "moving", "joints"));
    double turned[40 * J * 3], moved[40 * J * 3], c = cos(2.1), s = sin(2.1);
    for (size_t i = 0; i < 40 * J; i++) {
        turned[3 * i] = c * p[3 * i] + s * p[3 * i + 2];
        turned[3 * i + 1] = p[3 * i + 1];
        turned[3 * i + 2] = c * p[3 * i + 2] - s * p[3 * i];
        moved[3 * i] = p[3 * i] + 3, moved[3 * i + 1] = p[3 * i + 1],
                  moved[3 * i + 2] = p[3 * i + 2] - 2;
    }
    float k[K], k2[K], g[G], g2[G];
    kinetic_features(p, 40, J, false, k);
    kinetic_features(turned, 40, J, false, k2);
    close_to(k2, k, K, "turned");
    geometric_features(p, 40, J, NULL, GEOMETRIC_CURRENT, g);
    geometric_features(turned, 40, J, NULL, GEOMETRIC_CURRENT, g2);
    assert_memory_equal(g, g2, sizeof g);
    geometric_features(moved, 40, J, NULL, GEOMETRIC_CURRENT, g2);
    assert_memory_equal(g, g2, sizeof g);
    kinetic_features(moved, 40, J, false, k2);
    close_to(k2, k, 2, "moved");
    assert_true(fabs((double)(k2[2] / k[2] - 1)) > 0.5); /* the missing brackets: place counts */
    kinetic_features(p, 40, J, true, k);
    kinetic_features(moved, 40, J, true, k2);
    close_to(k2, k, K, "moved, corrected");
    tensors_free(&set);
}

static void options_of_protocols(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s);
    float a[K], b[K], g[G], g2[G];
    Error err;
    Motion shifted; /* translated by a metre: the same features once anchored */
    assert_int_equal(motion_new(&shifted, m.frames, m.joints, &err), 0);
    memcpy(shifted.data, m.data, m.frames * motion_dim(&m) * sizeof *m.data);
    for (size_t t = 0; t < m.frames; t++) shifted.data[t * motion_dim(&m)] += 1;
    const DanceFeatureOptions anchored = {.anchor = true};
    assert_int_equal(features(&m, &s, 0, &anchored, a, g, &err), 0);
    assert_int_equal(features(&shifted, &s, 0, &anchored, b, g2, &err), 0);
    for (size_t i = 0; i < K; i++)
        near((double)b[i], (double)a[i], 1e-4 * fabs((double)a[i]) + 1e-4);

    /* `frames` counts from the first used one */
    Motion part_of = m;
    part_of.data += 30 * motion_dim(&m);
    part_of.frames = 40;
    assert_int_equal(features(&m, &s, 30, &(DanceFeatureOptions){.frames = 40}, a, g, &err), 0);
    assert_int_equal(features(&part_of, &s, 0, &(DanceFeatureOptions){0}, b, g2, &err), 0);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(g, g2, sizeof g);
    motion_free(&shifted);
    motion_free(&m);
    skeleton_free(&s);
}

/* Clips of half a second every quarter: each is the dance cut there, anchored by itself. */
static void clips_are_dances_of_their_own(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s); /* 80 frames: clips of 30 at 0, 15, 30, 45 */
    PoseTrack b;
    DanceFeatureRows rows;
    Error err;
    assert_int_equal(pose_track_new(&b, &m, 0, 80, &s, &err), 0);
    assert_int_equal(
        dance_feature_rows(&b, &(DanceFeatureOptions){.anchor = true, .clip = 0.5, .hop = 0.25},
                           &rows, &err),
        0);
    assert_int_equal(rows.rows, 4);
    for (size_t i = 0; i < rows.rows; i++) {
        float k[K], g[G];
        assert_int_equal(features(&m, &s, 15 * i,
                                  &(DanceFeatureOptions){.anchor = true, .frames = 30}, k, g, &err),
                         0);
        close_to(rows.kinetic + i * K, k, K, "clip");
        assert_memory_equal(rows.geometric + i * G, g, sizeof g);
    }
    dance_feature_rows_free(&rows);
    pose_track_free(&b);
    float k[K], k2[K], g[G], g2[G]; /* a clip longer than the dance is the dance */
    assert_int_equal(features(&m, &s, 0, &(DanceFeatureOptions){.clip = 5, .hop = 2.5}, k, g, &err),
                     0);
    assert_int_equal(features(&m, &s, 0, &(DanceFeatureOptions){0}, k2, g2, &err), 0);
    assert_memory_equal(k, k2, sizeof k);
    motion_free(&m);
    skeleton_free(&s);
}

/* A cubic through a parabola is the parabola, at its ends too where the slopes are those of chords:
 * there it is near. */
static void resampling(void **state) {
    (void)state;
    enum { T = 31 };
    double p[T * 3], x[T * 3];
    for (size_t t = 0; t < T; t++)
        for (size_t i = 0; i < 3; i++)
            p[3 * t + i] = x[3 * t + i] = i == 0   ? 0.01 * (double)(t * t)
                                          : i == 1 ? 2
                                                   : -0.3 * (double)t;
    PoseTrack half = {T, 1, 30, x, NULL, p}, full, back;
    Error err;
    assert_int_equal(pose_track_resample(&half, 60, &full, &err), 0);
    assert_int_equal(full.frames, 61);
    near(full.fps, 60, 0);
    for (size_t t = 0; t < full.frames; t++) {
        double u = (double)t / 2;
        if (t >= 2 && t + 2 < full.frames) near(full.positions[3 * t], 0.01 * u * u, 1e-12);
        near(full.positions[3 * t + 1], 2, 1e-12);
        near(full.positions[3 * t + 2], -0.3 * u, 1e-12);
        near(full.translations[3 * t], full.positions[3 * t], 0);
    }
    assert_int_equal(pose_track_resample(&full, 30, &back, &err),
                     0); /* frames of both rates keep their values */
    assert_int_equal(back.frames, T);
    assert_memory_equal(back.positions, p, sizeof p);
    pose_track_free(&full);
    pose_track_free(&back);
    PoseTrack one = {1, 1, 30, x, NULL, p};
    assert_int_equal(pose_track_resample(&one, 60, &full, &err), 0);
    assert_int_equal(full.frames, 1);
    pose_track_free(&full);
}

/* The first version: joints in another order, other lengths, frames 1 to ceil((T - 1) / 30). Its
 * questions are today's about joints put where it looks for them; which questions have no length in
 * them is in the table. */
static void the_first_version(void **state) {
    (void)state;
    enum { T = 40, LOOKED_AT = 2 };
    static const unsigned char at[22] = {
        0, 1,  5,  9,  2,  6,  10, 3,  7,  11, 4,
        8, 12, 14, 18, 13, 15, 19, 16, 20, 17, 21}; /* where it looks for SMPL's joint k */
    Tensors set = golden("test/golden/metrics/features_of_joints.npz");
    const double *p = tensor_f64(part(&set, "moving", "joints"));
    double moved[(LOOKED_AT + 1) * J * 3];
    memcpy(moved, p, sizeof moved);
    for (size_t t = 0; t <= LOOKED_AT; t++)
        for (size_t k = 0; k < 22; k++)
            memcpy(moved + 3 * (t * J + k), p + 3 * (t * J + at[k]), 3 * sizeof *p);
    float legacy[G], current[G];
    geometric_features(p, T, J, NULL, GEOMETRIC_LEGACY, legacy);
    geometric_features(moved, LOOKED_AT + 1, J, NULL, GEOMETRIC_CURRENT, current);
    static const size_t angles[] = {6, 7, 19, 20, 23, 24, 25, 26, 28};
    for (size_t i = 0; i < sizeof angles / sizeof *angles; i++)
        near((double)legacy[angles[i]], (double)current[angles[i]], 0);

    /* Hands 1.1 m apart, as it finds them at 17 and 21, are more than 2.5 of today's shoulder
     * widths (0.98 m), not of its own (1.21 m) */
    double hands[2 * J * 3] = {0};
    for (size_t t = 0; t < 2; t++) {
        double *f = hands + 3 * J * t;
        f[3 * 15] = 0.1, f[3 * 19] = -0.1; /* its shoulders, left and right */
        f[3 * 17] = 0.55, f[3 * 21] = -0.55;
    }
    geometric_features(hands, 2, J, NULL, GEOMETRIC_LEGACY, legacy);
    near((double)legacy[8], 0, 0);
    hands[3 * 17] = hands[3 * (J + 17)] = 0.7; /* 1.25 m */
    geometric_features(hands, 2, J, NULL, GEOMETRIC_LEGACY, legacy);
    near((double)legacy[8], 1, 0);
    tensors_free(&set);
}

static void what_cannot_be_measured_is_refused(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s), few;
    float k[K], g[G];
    Error err;
    assert_int_equal(features(&m, &s, m.frames - 2, &(DanceFeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "at least 3"));
    assert_int_equal(features(&m, &s, m.frames, &(DanceFeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "at least 3"));
    assert_int_equal(motion_new(&few, 10, 5, &err), 0);
    assert_int_equal(features(&few, &s, 0, &(DanceFeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "5 joints"));
    motion_free(&few);
    assert_int_equal(motion_new(&few, 10, 25, &err), 0);
    assert_int_equal(features(&few, &s, 0, &(DanceFeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "skeleton"));
    motion_free(&few);
    motion_free(&m);
    skeleton_free(&s);
}

/* A body whose joints are in another order, with one that SMPL lacks in front, has the features of
 * SMPL's. */
static void joints_by_name(void **state) {
    (void)state;
    enum { OTHER = J + 1, WIDTH = 16 };
    static const char *const names[OTHER] = {
        "root of all", "R_Hand",      "left_hand",      "rwrist",     "Left Wrist",
        "R_Elbow",     "lelbow",      "right_shoulder", "L_Shoulder", "-",
        "r_collar",    "linshoulder", "neck",           "RTOES",      "left_foot",
        "Spine3",      "rankle",      "L_Ankle",        "Spine2",     "rknee",
        "left_knee",   "belly",       "rhip",           "lhip",       "Pelvis"};
    const char *path = "build/test_features_names.npz";
    Tensors set = golden("test/golden/metrics/features_of_joints.npz"), file = {0};
    Tensor *moving = part(&set, "moving", "joints"), parents, offsets, text;
    size_t frames = moving->shape[0];
    Error err;
    JointNames of;
    assert_int_equal(tensor_new(&parents, TENSOR_I64, 1, (size_t[]){OTHER}, 0, &err), 0);
    assert_int_equal(tensor_new(&offsets, TENSOR_F64, 2, (size_t[]){OTHER, 3}, 0, &err), 0);
    assert_int_equal(tensor_new(&text, TENSOR_BYTES, 1, (size_t[]){OTHER}, WIDTH, &err), 0);
    tensor_i64(&parents)[0] = -1;
    for (size_t i = 0; i < OTHER; i++)
        memcpy((char *)text.data + i * WIDTH, names[i], strlen(names[i]));
    assert_int_equal(tensors_add(&file, "parents", &parents, &err) ||
                         tensors_add(&file, "offsets", &offsets, &err) ||
                         tensors_add(&file, "names", &text, &err),
                     0);
    assert_int_equal(npz_write(path, &file, &err), 0);
    assert_int_equal(joint_map_read(path, &of, &err), 0);
    assert_int_equal(of.joints, OTHER);
    for (size_t j = 0; j < J; j++)
        assert_int_equal(of.joint_of[j], j == 15 ? JOINTS_MAX : J - j); /* no head */

    double *p = malloc(frames * OTHER * 3 * sizeof *p);
    for (size_t f = 0; f < frames; f++)
        for (size_t i = 0; i < 3 * OTHER; i++)
            p[3 * f * OTHER + i] =
                tensor_f64(moving)[3 * f * J + 3 * (i < 3 ? 0 : J - i / 3) + i % 3];
    float g[G];
    geometric_features(p, frames, OTHER, of.joint_of, GEOMETRIC_CURRENT, g);
    assert_memory_equal(g, tensor_f32(part(&set, "moving", "geometric")), sizeof g);
    assert_int_equal(geometric_missing(OTHER, of.joint_of, GEOMETRIC_CURRENT),
                     GEOMETRIC_JOINTS_MIN);
    assert_int_equal(geometric_missing(OTHER - 1, of.joint_of, GEOMETRIC_CURRENT), 0);
    assert_int_equal(geometric_missing(OTHER, of.joint_of, GEOMETRIC_LEGACY),
                     13 + 2); /* its first version takes the head for something else */

    memcpy(tensors_find(&file, "names")->data, "L_Hip", 6);
    assert_int_equal(npz_write(path, &file, &err), 0);
    assert_int_equal(joint_map_read(path, &of, &err), -1);
    assert_non_null(strstr(err.text, "both L_Hip"));
    remove(path);
    free(p);
    tensors_free(&file);
    tensors_free(&set);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joints_give_published_features),
        cmocka_unit_test(a_motion_gives_published_features),
        cmocka_unit_test(kinetic_by_hand),
        cmocka_unit_test(feet_apart_by_hand),
        cmocka_unit_test(joints_do_not_mix),
        cmocka_unit_test(turning_and_moving),
        cmocka_unit_test(options_of_protocols),
        cmocka_unit_test(clips_are_dances_of_their_own),
        cmocka_unit_test(resampling),
        cmocka_unit_test(the_first_version),
        cmocka_unit_test(joints_by_name),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
