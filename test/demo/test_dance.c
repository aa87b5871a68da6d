/* The synthetic data set's bodies and music: feet where they were put and never in the floor, no
 * jumps, beats that can be heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "demo/dance.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

enum { LEFT_KNEE = 4, LEFT_ANKLE = 7, LEFT_BALL = 10, LEFT_HIP = 1, LEFT_WRIST = 20 };

/* Joints [frames, 24, 3] by the library's own forward kinematics; the caller frees. */
static double *joints_of(const Dance *d) {
    Error err;
    Motion m;
    Skeleton smpl;
    assert_int_equal(motion_new(&m, d->frames, SMPL_JOINTS, &err), 0);
    assert_int_equal(skeleton_smpl(&smpl, &err), 0);
    for (size_t f = 0; f < d->frames; f++) {
        float *frame = m.data + f * motion_dim(&m);
        memcpy(frame, d->translations + 3 * f, 3 * sizeof *frame);
        for (size_t j = 0; j < SMPL_JOINTS; j++) {
            double v[3], r[9];
            for (size_t k = 0; k < 3; k++) v[k] = (double)d->poses[(f * SMPL_JOINTS + j) * 3 + k];
            rotation_from_axis_angle(v, r);
            for (size_t k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)r[k];
        }
    }
    double *joints = calloc(d->frames * SMPL_JOINTS * 3, sizeof *joints);
    motion_joints(&m, &smpl, joints);
    motion_free(&m);
    skeleton_free(&smpl);
    return joints;
}

static void feet_come_where_they_are_put(void **state) {
    (void)state;
    Error err;
    Skeleton smpl;
    assert_int_equal(skeleton_smpl(&smpl, &err), 0);
    Pose p = pose_neutral();
    p.foot[LEFT].x = 0.3, p.foot[LEFT].z = 0.2, p.foot[LEFT].lift = 0.1, p.foot[LEFT].heel = 0.4;
    p.hip_x = 0.1, p.yaw = 0.2, p.roll = 0.1, p.pitch = -0.1;
    p.arm[LEFT] = (Arm){.raise = M_PI / 2}; /* straight to the side */
    const BodyPlacement place = {1.0, -2.0, M_PI / 2}; /* facing +x: left is -z */
    float poses[72], translations[3];
    double translation[3], rotations[SMPL_JOINTS][9];
    pose_to_body(&p, &place, &smpl, translation, rotations);
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        double v[3];
        rotation_to_axis_angle(rotations[j], v);
        for (size_t k = 0; k < 3; k++) poses[3 * j + k] = (float)v[k];
    }
    for (size_t k = 0; k < 3; k++) translations[k] = (float)translation[k];
    const Dance d = {.frames = 1, .poses = poses, .translations = translations};
    double *at = joints_of(&d);
    const double *ball = at + 3 * LEFT_BALL, *wrist = at + 3 * LEFT_WRIST;
    assert_true(fabs(ball[0] - 1.2) < 1e-5);
    assert_true(fabs(ball[1] - 0.12) < 1e-5);
    assert_true(fabs(ball[2] + 2.3) < 1e-5);
    assert_true(fabs(at[1] - 0.91) < 0.01); /* the pelvis stands */
    assert_true(wrist[2] < -2.0 - 0.6); /* left */
    assert_true(fabs(wrist[1] - at[1] - 0.45) < 0.2); /* at the height of the shoulders */
    free(at);
    skeleton_free(&smpl);
}

static void mirrors_back_to_itself(void **state) {
    (void)state;
    Pose p;
    double x[POSE_SIZE], y[POSE_SIZE];
    for (int i = 0; i < POSE_SIZE; i++) x[i] = i + 1;
    memcpy(&p, x, sizeof p);
    Pose once = pose_mirrored(&p), twice = pose_mirrored(&once);
    memcpy(y, &twice, sizeof y);
    for (int i = 0; i < POSE_SIZE; i++) assert_float_equal(x[i], y[i], 0.0);
    assert_float_equal(once.foot[LEFT].x, -p.foot[RIGHT].x, 0.0);
    assert_float_equal(once.arm[RIGHT].raise, p.arm[LEFT].raise, 0.0);
}

static void check_frame(const double *at, double first_x, double first_z) {
    for (size_t side = 0; side < 2; side++) {
        assert_true(at[3 * (LEFT_BALL + side) + 1] > 0.019);
        assert_true(at[3 * (LEFT_ANKLE + side) + 1] > 0.05);
        /* The knee lies before the line from hip to ankle, as seen along the foot. */
        const double *hip = at + 3 * (LEFT_HIP + side), *knee = at + 3 * (LEFT_KNEE + side),
                     *ankle = at + 3 * (LEFT_ANKLE + side), *ball = at + 3 * (LEFT_BALL + side);
        double along = 0.0, length = 0.0, forwards = 0.0;
        for (size_t k = 0; k < 3; k++) {
            along += (knee[k] - hip[k]) * (ankle[k] - hip[k]);
            length += (ankle[k] - hip[k]) * (ankle[k] - hip[k]);
        }
        for (size_t k = 0; k < 3; k += 2)
            forwards +=
                (knee[k] - hip[k] - along / length * (ankle[k] - hip[k])) * (ball[k] - ankle[k]);
        assert_true(forwards > -1e-4);
    }
    assert_true(at[1] > 0.5 && at[1] < 1.1);
    assert_true(hypot(at[0] - first_x, at[2] - first_z) < 3.0);
}

static void dances_are_bodily_possible(void **state) {
    (void)state;
    for (size_t genre = 0; genre < style_count(); genre++) {
        Song song = song_plan(style_at(genre), 3, 12.0, 40 + genre);
        Dance d;
        Error err;
        assert_int_equal(dance_make(&song, 7 + genre, &d, &err), 0);
        assert_int_equal(d.frames, 720);
        double *at = joints_of(&d), fastest = 0.0, jolt = 0.0, slowest = 1e9;
        for (size_t f = 0; f < d.frames; f++) {
            const double *now = at + 72 * f;
            check_frame(now, at[0], at[2]);
            double moved = 0.0;
            for (size_t j = 0; f > 1 && j < SMPL_JOINTS; j++) {
                double v = 0.0, a = 0.0;
                for (size_t k = 3 * j; k < 3 * j + 3; k++) {
                    v += pow(now[k] - now[(ptrdiff_t)k - 72], 2);
                    a += pow(now[k] - 2 * now[(ptrdiff_t)k - 72] + now[(ptrdiff_t)k - 144], 2);
                }
                fastest = fmax(fastest, 60 * sqrt(v));
                jolt = fmax(jolt, 3600 * sqrt(a));
                moved += 60 * sqrt(v) / (double)SMPL_JOINTS;
            }
            if (f > 1) slowest = fmin(slowest, moved);
        }
        assert_true(fastest > 2.0 && fastest < 14.0); /* m/s: a hand in full swing */
        assert_true(jolt < 260.0); /* m/s^2: nothing jumps */
        assert_true(slowest < 0.2); /* it comes to rest on a beat or in a pose */
        free(at);
        dance_free(&d);
    }
}

static void another_seed_dances_otherwise(void **state) {
    (void)state;
    Song song = song_plan(style_at(0), 0, 10.0, 1);
    Dance a, b, c;
    Error err;
    assert_int_equal(dance_make(&song, 1, &a, &err), 0);
    assert_int_equal(dance_make(&song, 1, &b, &err), 0);
    assert_int_equal(dance_make(&song, 2, &c, &err), 0);
    size_t size = a.frames * 72 * sizeof *a.poses;
    assert_memory_equal(a.poses, b.poses, size);
    assert_true(memcmp(a.poses, c.poses, size) != 0);
    dance_free(&a);
    dance_free(&b);
    dance_free(&c);
}

/* Loudness rises at beats: the energy of the 40 ms after a beat against that before it. */
static void songs_have_beats(void **state) {
    (void)state;
    for (size_t genre = 0; genre < style_count(); genre++) {
        Song song = song_plan(style_at(genre), 1, 12.0, 90 + genre);
        assert_float_equal(song.bpm, genre == 0 ? 115.0 : 90.0,
                           0.0); /* AIST++: mHO1 and the others' number 1 */
        float *x;
        size_t count;
        Error err;
        assert_int_equal(song_play(&song, &x, &count, &err), 0);
        assert_int_equal(count, 12 * SONG_RATE);
        float peak = 0.0f;
        for (size_t i = 0; i < count; i++) {
            assert_true(isfinite(x[i]));
            peak = fmaxf(peak, fabsf(x[i]));
        }
        assert_true(fabsf(peak - 0.9f) < 1e-3f);
        double after = 0.0, before = 0.0;
        const size_t width = SONG_RATE / 25;
        for (size_t beat = 1; beat < 17; beat++) {
            size_t at = (size_t)((double)beat * 60.0 / song.bpm * (double)SONG_RATE);
            for (size_t i = 0; i < width; i++) {
                after += (double)(x[at + i] * x[at + i]);
                before += (double)(x[at - 1 - i] * x[at - 1 - i]);
            }
        }
        assert_true(after > 1.5 * before);
        free(x);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feet_come_where_they_are_put),
        cmocka_unit_test(mirrors_back_to_itself),
        cmocka_unit_test(dances_are_bodily_possible),
        cmocka_unit_test(another_seed_dances_otherwise),
        cmocka_unit_test(songs_have_beats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
