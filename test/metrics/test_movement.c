/* Deltas, thresholds, range, jitter, jump and foot contact: reference values where there are
 * some, worked equations elsewhere. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"
#include "lib/motion/resample_motion.h"
#include "metrics/movement.h"
#include "metrics/pfc.h"

#include <cmocka.h>

#include "test/metrics/body.h"
#include "test/metrics/near.h"

static const MovementOptions plain = {.keep = 20, .pfc_fps = 60};

/* movement_measure of a motion after its seed. */
static int measure(const Motion *m, const Skeleton *s, const MovementOptions *o, Movement *out,
                   Error *err) {
    size_t seed = (size_t)m->seed_frames;
    PoseTrack b;
    if (pose_track_new(&b, m, seed, m->frames - seed, s, err)) return -1;
    int status = movement_measure(&b, o, out, err);
    pose_track_free(&b);
    return status;
}

static double summary_value(const MovementSummary *s, const char *key) {
    for (size_t k = 0; k < movement_metric_count; k++)
        if (strcmp(movement_metrics[k].key, key) == 0) return s->values[k];
    fail_msg("no number is called %s", key);
    return NAN;
}

static Skeleton smpl(void) {
    Skeleton s;
    Error err;
    if (skeleton_smpl(&s, &err)) fail_msg("%s", err.text);
    return s;
}

/* Delta_pose and Delta_trans by SciPy's rotations, foot contact by EDGE (whole clip, 60 fps, y up).
 */
static void a_dance_has_the_golden_values(void **state) {
    (void)state;
    Skeleton s = smpl();
    Motion m;
    Movement x;
    Error err;
    if (motion_read("test/golden/metrics/dance.npz", &m, &err) || measure(&m, &s, &plain, &x, &err))
        fail_msg("%s", err.text);
    near(movement_value(&x, "delta_pose"), 2.448252687508127, 1e-12);
    near(movement_value(&x, "delta_trans"), 0.8129732559762742, 1e-12);
    near(movement_value(&x, "pfc"), 2.349235372391835, 1e-10);
    assert_int_equal(x.windows.count, 1);
    movement_free(&x);
    motion_free(&m);
    skeleton_free(&s);
}

static void deltas_by_hand(void **state) {
    (void)state;
    PoseTrack b = body(121, 4);
    for (size_t t = 0; t < b.frames; t++) {
        turn(&b, t, 1, 0.01 * (double)t); /* one joint of four, 0.01 rad a frame */
        b.translations[3 * t] = 0.003 * (double)t;
        b.translations[3 * t + 2] = 0.004 * (double)t; /* 5 mm a frame */
    }
    double pose[120], trans[120];
    freezing_pose_deltas(&b, pose);
    freezing_trans_deltas(&b, trans);
    for (size_t t = 0; t < 120; t++) {
        near(pose[t], 0.01 / 4 * 180 / M_PI, 1e-10);
        near(trans[t], 0.5, 1e-10);
    }
    for (size_t t = 0; t < 120; t++) pose[t] = (double)t;
    FreezeStretch stretch = {.track = &b, .pose = pose, .trans = trans, .frames = 121};
    FreezeWindows w;
    Error err;
    assert_int_equal(freezing_windows_cut(&stretch, 0, 119, &w, &err), 0);
    assert_int_equal(w.count, 1);
    freezing_windows_free(&w);
    assert_int_equal(freezing_windows_cut(&stretch, 0, 121, &w, &err), 0);
    assert_int_equal(w.count, 2);
    near(w.pose[0], 29, 1e-12); /* transitions 0..58: the one between the windows is of none */
    near(w.pose[1], 89, 1e-12);
    near(w.trans[1], 0.5, 1e-10);
    freezing_windows_free(&w);
    pose_track_free(&b);
}

/* A joint of four turns by 0.01 rad a frame and the root moves by 5 mm a frame: so do they over a
 * span. Turned to and fro by 0.1 rad, and moved by 2 cm, they are where they were or as far away as
 * a frame before: an odd number of frames, one such change in 15. */
static void net_deltas_by_hand(void **state) {
    (void)state;
    PoseTrack b = body(60, 4);
    double pose, trans;
    for (size_t t = 0; t < b.frames; t++) {
        turn(&b, t, 1, 0.01 * (double)t);
        b.translations[3 * t] = 0.003 * (double)t;
        b.translations[3 * t + 2] = 0.004 * (double)t;
    }
    freezing_net_deltas(&b, &pose, &trans);
    near(pose, 0.01 / 4 * 180 / M_PI, 1e-10);
    near(trans, 0.5, 1e-10);
    for (size_t t = 0; t < b.frames; t++) {
        turn(&b, t, 1, t % 2 ? 0.1 : 0);
        b.translations[3 * t] = t % 2 ? 0.02 : 0;
        b.translations[3 * t + 2] = 0;
    }
    freezing_net_deltas(&b, &pose, &trans);
    near(pose, 0.1 / 4 / 15 * 180 / M_PI, 1e-10);
    near(trans, 2.0 / 15, 1e-10);
    const PoseTrack brief = pose_track_part(&b, 0, 15);
    freezing_net_deltas(&brief, &pose, &trans);
    assert_true(isnan(pose) && isnan(trans));
    pose_track_free(&b);
}

/* 3 m to the left and 4 back by frame 30, then to 3 m left alone; heights do not count. */
static void distance_from_the_start(void **state) {
    (void)state;
    PoseTrack b = body(61, 2);
    for (size_t t = 0; t < 61; t++) {
        double *root = b.positions + 6 * t;
        root[0] = 10 + (t < 30 ? 0.1 * (double)t : 3);
        root[1] = (double)t;
        root[2] = t < 30 ? -4.0 * (double)t / 30 : -4 + 4.0 * (double)(t - 30) / 30;
    }
    Movement x;
    Error err;
    assert_int_equal(movement_measure(&b, &plain, &x, &err), 0);
    near(movement_value(&x, "away"), 3, 1e-12);
    near(movement_value(&x, "reach"), 5, 1e-12);
    movement_free(&x);
    pose_track_free(&b);
}

static void range_jitter_jump(void **state) {
    (void)state;
    PoseTrack b = body(80, 2);
    Movement x;
    Error err;
    for (size_t t = 0; t < 80; t++) {
        /* entries 0 and 8 are 1 and -1 by turns: deviation 1 for two entries of 18 */
        turn(&b, t, 0, t % 2 ? M_PI : 0);
        double third = (double)(t * t * t) / (60.0 * 60 * 60);
        b.positions[6 * t] = 5 * third; /* jerk 30 m/s^3 for one joint of two */
    }
    assert_int_equal(movement_measure(&b, &plain, &x, &err), 0);
    near(movement_value(&x, "range"), 2.0 / 18, 1e-12);
    near(movement_value(&x, "jitter"), 15, 1e-6);
    movement_free(&x);
    for (size_t t = 0; t < 80; t++) /* 1 cm a frame, 6 cm at borders */
        b.positions[6 * t] = 0.01 * (double)t + 0.05 * (double)(t / 20);
    assert_int_equal(movement_measure(&b, &plain, &x, &err), 0);
    near(movement_value(&x, "jump"), 6, 1e-10);
    movement_free(&x);
    MovementOptions thirds = plain;
    thirds.keep = 0; /* a third of a second: 20 frames */
    assert_int_equal(movement_measure(&b, &thirds, &x, &err), 0);
    near(movement_value(&x, "jump"), 6, 1e-10);
    movement_free(&x);
    b.fps = 30; /* the same frames last twice as long: half the speeds, and the same jump */
    thirds.keep = 20;
    assert_int_equal(movement_measure(&b, &thirds, &x, &err), 0);
    near(movement_value(&x, "jump"), 6, 1e-10);
    movement_free(&x);
    b.fps = 60;
    thirds.keep = 1;
    assert_int_equal(movement_measure(&b, &thirds, &x, &err), 0);
    assert_true(isnan(movement_value(&x, "jump"))); /* every frame is a border */
    assert_true(isnan(movement_value(&x, "jumps"))); /* there is no number of that name */
    movement_free(&x);
    PoseTrack few = pose_track_part(&b, 0, 3);
    assert_true(isnan(freezing_jitter(&few)));
    pose_track_free(&b);
}

/* Two dances' numbers in a set, by hand: over transitions a long one counts for more, over dances
 * not; a jump's two means are over all transitions. */
static void numbers_of_a_set(void **state) {
    (void)state;
    Movement x[2];
    Error err;
    const double speed[2] = {0.01, 0.02};
    const size_t frames[2] = {61, 31};
    for (size_t i = 0; i < 2; i++) {
        PoseTrack b = body(frames[i], 1);
        for (size_t t = 0; t < b.frames; t++) {
            double jump = i ? 0.03 * (double)(t / 20) : 0;
            b.translations[3 * t] = b.positions[3 * t] = speed[i] * (double)t + jump;
        }
        assert_int_equal(movement_measure(&b, &plain, &x[i], &err), 0);
        pose_track_free(&b);
    }
    MovementSummary s = movement_summary(x, NULL, 2, NULL);
    /* cm: 60 transitions of 1; 29 of 2 and one of 5 */
    near(summary_value(&s, "delta_trans"), (60 * 1 + 29 * 2 + 5) / 90.0, 1e-12);
    /* borders: 3 of 1 cm and 1 of 5; inside: 57 of 1 and 29 of 2 */
    near(summary_value(&s, "jump"), (8.0 / 4) / ((57 + 58) / 86.0), 1e-9);
    near(summary_value(&s, "range"), 0, 1e-15);
    const size_t twice[3] = {1, 0, 1};
    s = movement_summary(x, twice, 3, NULL);
    near(summary_value(&s, "jump"), (13.0 / 5) / ((57 + 116) / 115.0), 1e-9);
    for (size_t i = 0; i < 2; i++) movement_free(&x[i]);
}

/* The root accelerates at 2g, g, -g (down counts as 0), the feet slide 1 and 2 cm a frame, toes
 * faster than ankles. */
static void foot_contact_by_hand(void **state) {
    (void)state;
    PoseTrack b = body(5, 24);
    const double up[5] = {0, 0, 2, 5, 7};
    for (size_t t = 0; t < 5; t++) {
        double *p = b.positions + 72 * t;
        p[1] = up[t];
        p[3 * 7] = 0.01 * (double)t;
        p[3 * 10 + 2] = 0.03 * (double)t;
        p[3 * 8 + 2] = 0.02 * (double)t;
        p[3 * 11] = 0.05 * (double)t;
        p[3 * 8 + 1] = 9 * (double)(t % 2); /* height is no slide */
    }
    near(pfc_score(&b, 0, 0), 10000 * 0.01 * 0.02 * (2.0 / 2 + 1.0 / 2 + 0) / 3, 1e-12);
    near(pfc_score(&b, 4, 1), 10000 * 0.01 * 0.02 * ((1 + 0.5) / 2 + (1 + 0.0) / 2) / 2,
         1e-12); /* windows of 4 frames: 0-3 and 1-4 */
    PoseTrack half; /* frames 0, 2, 4 */
    Error err;
    assert_int_equal(pose_track_resample(&b, 30, &half, &err), 0);
    near(pfc_score(&half, 0, 0), 10000 * 0.02 * 0.04, 1e-12);
    pose_track_free(&half);
    PoseTrack few = pose_track_part(&b, 0, 2);
    assert_true(isnan(pfc_score(&few, 0, 0)));
    for (size_t t = 0; t < 5; t++) b.positions[72 * t + 1] = 0;
    assert_true(isnan(pfc_score(&b, 0, 0)));
    pose_track_free(&b);
}

/* 60 moving frames, then 120 still ones, after 10 seed frames. */
static Motion half_frozen(void) {
    Motion m;
    Error err;
    if (motion_new(&m, 190, SMPL_JOINTS, &err)) fail_msg("%s", err.text);
    for (size_t t = 0; t < m.frames; t++) {
        double angle = 0.05 * (t < 70 ? (double)t : 70), r[9];
        rotation_from_axis_angle((const double[]){angle, 0, 0}, r);
        float *frame = m.data + t * motion_dim(&m);
        frame[0] = (float)angle;
        for (size_t j = 0; j < SMPL_JOINTS; j++)
            for (size_t i = 0; i < 9; i++) frame[3 + 9 * j + i] = (float)r[i];
    }
    m.seed_frames = 10;
    return m;
}

static void freezing(void **state) {
    (void)state;
    Skeleton s = smpl();
    Motion m = half_frozen();
    MovementOptions o = plain;
    o.first = 1;
    o.last = 2;
    Movement x[2];
    Error err;
    if (measure(&m, &s, &o, &x[0], &err) || measure(&m, &s, &o, &x[1], &err))
        fail_msg("%s", err.text);
    Thresholds t = {.pose = 1, .trans = 1, .quantile = 0.5};
    MovementSummary sum = movement_summary(x, NULL, 1, &t);
    assert_true(isnan(sum.held));
    t.nets = true; /* of the first second, that moves 5 cm a frame, and the others */
    t.net_trans = 4.9, t.net_pose = 180;
    near(movement_summary(x, NULL, 2, &t).held, 2.0 / 3, 1e-15);
    t.net_trans = 5.1;
    near(movement_summary(x, NULL, 2, &t).held, 1, 0);
    assert_int_equal(sum.windows, 3);
    assert_int_equal(sum.frozen, 2);
    near(sum.rate, 2.0 / 3, 1e-15);
    near(sum.rate_first, 0, 0);
    near(sum.rate_last, 1, 0);
    near(summary_value(&sum, "delta_pose"), 60 * 0.05 * 180 / M_PI / 179, 1e-6);
    MovementSummary both = movement_summary(x, NULL, 2, &t);
    assert_int_equal(both.windows, 6);
    near(both.rate, sum.rate, 1e-15);
    near(summary_value(&both, "delta_pose"), summary_value(&sum, "delta_pose"), 1e-12);
    assert_true(isnan(movement_summary(x, NULL, 1, NULL).rate));
    const Thresholds pose_only = {
        .pose = 1, .trans = 0, .quantile = 0.5}; /* both must be still: here they are, exactly */
    near(movement_summary(x, NULL, 1, &pose_only).rate, 2.0 / 3, 1e-15);
    FreezeWindows all;
    assert_int_equal(movement_windows(x, 2, &all, &err), 0);
    assert_int_equal(all.count, 6);
    near(all.trans[0], 5, 1e-5);
    freezing_windows_free(&all);
    movement_free(&x[0]);
    movement_free(&x[1]);

    for (size_t f = 0; f < m.frames; f++)
        memcpy(m.data + f * motion_dim(&m), m.data, motion_dim(&m) * sizeof *m.data);
    assert_int_equal(measure(&m, &s, &o, &x[0], &err), 0);
    const Thresholds zero = {.pose = 0, .trans = 0, .quantile = 0};
    near(movement_summary(x, NULL, 1, &zero).rate, 1, 0); /* a statue is frozen by any threshold */
    near(movement_value(&x[0], "loop"), 1, 0);
    near(movement_value(&x[0], "range"), 0, 1e-15);
    movement_free(&x[0]);
    motion_free(&m);
    skeleton_free(&s);
}

/* Positions alone have no angles: what needs them has no value, and no window can be judged. */
static void without_rotations(void **state) {
    (void)state;
    Skeleton s = smpl();
    Motion m = half_frozen();
    PoseTrack b;
    Movement whole, x;
    Error err;
    assert_int_equal(pose_track_new(&b, &m, 10, 180, &s, &err), 0);
    assert_int_equal(movement_measure(&b, &plain, &whole, &err), 0);
    free(b.rotations);
    b.rotations = NULL;
    assert_int_equal(movement_measure(&b, &plain, &x, &err), 0);
    assert_int_equal(x.windows.count, 0);
    assert_true(isnan(movement_value(&x, "delta_pose")) && isnan(movement_value(&x, "range")) &&
                isnan(movement_value(&x, "loop")));
    near(movement_value(&x, "delta_trans"), movement_value(&whole, "delta_trans"), 0);
    near(movement_value(&x, "jitter"), movement_value(&whole, "jitter"), 0);
    assert_true(isnan(
        movement_summary(&x, NULL, 1, &(Thresholds){.pose = 1, .trans = 1, .quantile = 0.5}).rate));
    movement_free(&whole);
    movement_free(&x);
    b.frames = 0;
    assert_int_equal(movement_measure(&b, &plain, &x, &err), -1);
    pose_track_free(&b);
    motion_free(&m);
    skeleton_free(&s);
}

/* Windows with deltas 1, 2, 3, 4 (twice that in trans) and jitters 10 .. 40: at a factor f, those
 * up to 2 f are frozen; the others' jitter is left. */
static void sweeping(void **state) {
    (void)state;
    double pose[4] = {1, 2, 3, 4}, trans[4] = {2, 4, 6, 8}, jitter[4] = {10, 20, 30, 40};
    const Movement m[2] = {
        {.windows = {.count = 3, .pose = pose, .trans = trans, .jitter = jitter}},
        {.windows = {.count = 1, .pose = pose + 3, .trans = trans + 3, .jitter = jitter + 3}}};
    const Thresholds t = {.pose = 2, .trans = 4, .quantile = 0.5};
    const struct {
        double factor, rate, left;
    } cases[] = {{0, 0, 25}, {0.5, 0.25, 30}, {1, 0.5, 35}, {1.99, 0.75, 40}};
    for (size_t i = 0; i < 4; i++) {
        SweepPoint p = movement_sweep(m, 2, &t, cases[i].factor);
        near(p.rate, cases[i].rate, 0);
        near(p.jitter, cases[i].left, 1e-12);
        near(p.thresholds.trans, 4 * cases[i].factor, 0);
    }
    SweepPoint all = movement_sweep(m, 2, &t, 2);
    near(all.rate, 1, 0);
    assert_true(isnan(all.jitter));
    assert_true(isnan(movement_sweep(m, 0, &t, 1).rate));
    const size_t pick[3] = {1, 1, 0}; /* the second dance twice */
    MovementSummary s = movement_summary(m, pick, 3, &t);
    assert_int_equal(s.windows, 5);
    assert_int_equal(s.frozen, 2);
}

/* The windows' jitter is that of their frames alone. */
static void jitter_of_windows(void **state) {
    (void)state;
    Skeleton s = smpl();
    Motion m = half_frozen();
    PoseTrack b;
    Movement x;
    Error err;
    assert_int_equal(pose_track_new(&b, &m, 10, 180, &s, &err), 0);
    assert_int_equal(movement_measure(&b, &plain, &x, &err), 0);
    PoseTrack moving = pose_track_part(&b, 0, 60);
    near(x.windows.jitter[0], freezing_jitter(&moving), 0);
    assert_true(x.windows.jitter[0] > 0);
    near(x.windows.jitter[1], 0, 1e-9); /* still */
    movement_free(&x);
    pose_track_free(&b);
    motion_free(&m);
    skeleton_free(&s);
}

static void what_cannot_be_measured_is_refused(void **state) {
    (void)state;
    Skeleton s = smpl();
    Motion m = half_frozen();
    Movement x;
    Error err;
    m.fps = 1e300;
    assert_int_equal(measure(&m, &s, &plain, &x, &err), -1);
    assert_non_null(strstr(err.text, "'fps' is 1e+300"));
    assert_null(x.windows.pose);
    m.fps = 60;
    m.seed_frames = 190;
    assert_int_equal(measure(&m, &s, &plain, &x, &err), -1);
    assert_null(x.windows.pose);
    m.seed_frames = 189; /* one frame: nothing has a value, nothing fails */
    assert_int_equal(measure(&m, &s, &plain, &x, &err), 0);
    assert_int_equal(x.windows.count, 0);
    assert_true(isnan(movement_value(&x, "delta_pose")) && isnan(movement_value(&x, "jitter")) &&
                isnan(movement_value(&x, "loop")) && isnan(movement_value(&x, "pfc")));
    movement_free(&x);
    s.joints = 23;
    assert_int_equal(measure(&m, &s, &plain, &x, &err), -1);
    motion_free(&m);
    skeleton_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dance_has_the_golden_values),
        cmocka_unit_test(deltas_by_hand),
        cmocka_unit_test(net_deltas_by_hand),
        cmocka_unit_test(range_jitter_jump),
        cmocka_unit_test(distance_from_the_start),
        cmocka_unit_test(numbers_of_a_set),
        cmocka_unit_test(foot_contact_by_hand),
        cmocka_unit_test(freezing),
        cmocka_unit_test(without_rotations),
        cmocka_unit_test(sweeping),
        cmocka_unit_test(jitter_of_windows),
        cmocka_unit_test(what_cannot_be_measured_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
