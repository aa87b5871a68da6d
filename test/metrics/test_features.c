/* Kinetic and geometric features against aistplusplus_api's (test/golden/metrics), worked equations, invariants. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rng.h"
#include "lib/tensorfile.h"
#include "lib/body.h"
#include "metrics/featureset.h"

#include <cmocka.h>

#include "near.h"

enum { J = SMPL_JOINTS, K = KINETIC_PER_JOINT * J, G = GEOMETRIC_FEATURES };

static Tensors golden(const char *path) {
    Tensors set;
    Error err;
    if (tensorfile_read(path, &set, &err)) fail_msg("%s", err.text);
    return set;
}

static Tensor *part(Tensors *set, const char *name, const char *kind) {
    char full[80];
    Error err;
    snprintf(full, sizeof full, "%s.%s", name, kind);
    Tensor *t = tensors_need(set, full, &err);
    if (!t || tensor_convert(t, strcmp(kind, "joints") && strcmp(kind, "pose") ? TENSOR_F32 : TENSOR_F64, &err)) fail_msg("%s", err.text);
    return t;
}

static void close_to(const float *x, const float *want, size_t n, const char *what) {
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)want[i]) <= 1e-5 * fabs((double)want[i]))) fail_msg("%s [%zu]: %.9g, not %.9g", what, i, (double)x[i], (double)want[i]);
}

static void equals_peer(Tensors *set, const char *name, const double *p, size_t frames) {
    float k[K], g[G];
    if (frames >= FEATURE_FRAMES_MIN) {
        kinetic_features(p, frames, J, false, k);
        close_to(k, tensor_f32(part(set, name, "kinetic")), K, name);
    }
    geometric_features(p, frames, J, GEOMETRIC_CURRENT, g);
    assert_memory_equal(g, tensor_f32(part(set, name, "geometric")), sizeof g);
}

static void joints_give_the_peers_features(void **state) {
    (void)state;
    Tensors set = golden("test/golden/metrics/features_of_joints.npz");
    static const char *const plain[] = {"frames_2", "frames_3", "frames_5", "moving"};
    for (size_t i = 0; i < 4; i++) {
        Tensor *p = part(&set, plain[i], "joints");
        equals_peer(&set, plain[i], tensor_f64(p), p->shape[0]);
    }
    double p[40 * J * 3];
    const double *moving = tensor_f64(part(&set, "moving", "joints")), *pose = tensor_f64(part(&set, "static", "pose")),
                 *point = tensor_f64(part(&set, "all_joints_equal", "pose"));
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = i % 3 ? -moving[i] : moving[i];
    equals_peer(&set, "upside_down", p, 40);
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = pose[i % (J * 3)];
    equals_peer(&set, "static", p, 40);
    for (size_t i = 0; i < 40 * J * 3; i++) p[i] = point[3 * (i / (J * 3)) + i % 3];
    equals_peer(&set, "all_joints_equal", p, 40);
    tensors_free(&set);
}

static Motion dance(Skeleton *s) {
    Motion m;
    Error err;
    if (motion_read("test/golden/metrics/dance.npz", &m, &err) || skeleton_smpl(s, &err)) fail_msg("%s", err.text);
    return m;
}

static void a_motion_gives_the_peers_features(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s);
    Tensors set = golden("test/golden/metrics/dance.npz");
    float k[K], g[G];
    Error err;
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){0}, k, g, &err), 0);
    close_to(k, tensor_f32(tensors_find(&set, "kinetic")), K, "kinetic");
    assert_memory_equal(g, tensor_f32(tensors_find(&set, "geometric")), sizeof g);
    tensors_free(&set);
    motion_free(&m);
    skeleton_free(&s);
}

/* One joint going straight at (1, 2, 2) m/s from (3, 0, 4): energies 1 + 4 and 4; a(k) = (v - (p[k] - p[k-1]/dt))/dt without the brackets. */
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
            for (int c = 0; c < 3; c++) a[c] += (v[c] - (p[3 * k + c] - 60 * p[3 * (k - 1) + c])) * 60;
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
    near((double)out[2], 0, 1e-6); /* mended: no acceleration */
    for (size_t t = 0; t < T; t++) p[3 * t + 1] = 0.5 * 7 * (double)(t * t) / 3600; /* 7 m/s^2 upwards */
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
    geometric_features(p, 2, J, GEOMETRIC_CURRENT, g);
    near((double)g[18], 1, 0);
    p[3 * (J + 7)] = 0.1, p[3 * (J + 8)] = -0.1;
    geometric_features(p, 2, J, GEOMETRIC_CURRENT, g);
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

/* About y nothing changes but the published expenditure, and that does not either where the axis goes through the origin. */
static void turning_and_moving(void **state) {
    (void)state;
    Tensors set = golden("test/golden/metrics/features_of_joints.npz");
    const double *p = tensor_f64(part(&set, "moving", "joints"));
    double turned[40 * J * 3], moved[40 * J * 3], c = cos(2.1), s = sin(2.1);
    for (size_t i = 0; i < 40 * J; i++) {
        turned[3 * i] = c * p[3 * i] + s * p[3 * i + 2];
        turned[3 * i + 1] = p[3 * i + 1];
        turned[3 * i + 2] = c * p[3 * i + 2] - s * p[3 * i];
        moved[3 * i] = p[3 * i] + 3, moved[3 * i + 1] = p[3 * i + 1], moved[3 * i + 2] = p[3 * i + 2] - 2;
    }
    float k[K], k2[K], g[G], g2[G];
    kinetic_features(p, 40, J, false, k);
    kinetic_features(turned, 40, J, false, k2);
    close_to(k2, k, K, "turned");
    geometric_features(p, 40, J, GEOMETRIC_CURRENT, g);
    geometric_features(turned, 40, J, GEOMETRIC_CURRENT, g2);
    assert_memory_equal(g, g2, sizeof g);
    geometric_features(moved, 40, J, GEOMETRIC_CURRENT, g2);
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
    const FeatureOptions anchored = {.anchor = true};
    assert_int_equal(motion_features(&m, &s, &anchored, a, g, &err), 0);
    assert_int_equal(motion_features(&shifted, &s, &anchored, b, g2, &err), 0);
    for (size_t i = 0; i < K; i++) near((double)b[i], (double)a[i], 1e-4 * fabs((double)a[i]) + 1e-4);

    /* 30 seed frames are left out, or kept; `frames` counts from the first used one */
    m.seed_frames = 30;
    Motion part_of = m;
    part_of.data += 30 * motion_dim(&m);
    part_of.frames = 40;
    part_of.seed_frames = 0;
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){.frames = 40}, a, g, &err), 0);
    assert_int_equal(motion_features(&part_of, &s, &(FeatureOptions){0}, b, g2, &err), 0);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_equal(g, g2, sizeof g);
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){.with_seed = true}, a, g, &err), 0);
    m.seed_frames = 0;
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){0}, b, g2, &err), 0);
    assert_memory_equal(a, b, sizeof a);
    motion_free(&shifted);
    motion_free(&m);
    skeleton_free(&s);
}

static void what_cannot_be_measured_is_refused(void **state) {
    (void)state;
    Skeleton s;
    Motion m = dance(&s), few;
    float k[K], g[G];
    Error err;
    m.fps = 30;
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "30 frames a second"));
    m.fps = 60;
    m.seed_frames = (int64_t)m.frames - 2;
    assert_int_equal(motion_features(&m, &s, &(FeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "at least 3"));
    assert_int_equal(motion_new(&few, 10, 5, &err), 0);
    assert_int_equal(motion_features(&few, &s, &(FeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "5 joints"));
    motion_free(&few);
    assert_int_equal(motion_new(&few, 10, 25, &err), 0);
    assert_int_equal(motion_features(&few, &s, &(FeatureOptions){0}, k, g, &err), -1);
    assert_non_null(strstr(err.text, "skeleton"));
    motion_free(&few);
    motion_free(&m);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joints_give_the_peers_features), cmocka_unit_test(a_motion_gives_the_peers_features), cmocka_unit_test(kinetic_by_hand), cmocka_unit_test(feet_apart_by_hand),
        cmocka_unit_test(joints_do_not_mix), cmocka_unit_test(turning_and_moving), cmocka_unit_test(options_of_protocols),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
