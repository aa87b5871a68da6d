/* The same dance at several rates: what is measured of it does not depend on them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/beat_score.h"
#include "metrics/dance_features.h"
#include "metrics/movement.h"

#include "test/scratch.h"

#include "test/metrics/near.h"

enum { J = SMPL_JOINTS, SECONDS = 8 };

static const double rates[] = {30, 24, 20, 120};
enum { RATES = sizeof rates / sizeof *rates };

static bool is_foot(size_t joint) { return joint == 7 || joint == 8 || joint == 10 || joint == 11; }

/* A body at time t (seconds): joints swing and turn at 0.4 to 1.4 Hz about places of their own;
 * after 4 seconds it comes to rest. */
static void pose_at(double t, double *translation, double *rotations, double *positions) {
    double moving = t < 4 ? t : 4 + (1 - exp(-4 * (t - 4))) / 4;
    for (size_t j = 0; j < J; j++) {
        double rate = 0.4 + (double)j / (double)J, phase = 2 * M_PI * rate * moving + (double)j;
        double *p = positions + 3 * j;
        const double axis[3] = {0.6 * sin(phase), 0.4 * cos(phase), 0.3 * sin(phase + 1)};
        p[0] = 0.1 * (double)j + 0.2 * sin(phase);
        p[1] = 0.05 * (double)j + 0.1 * cos(phase) + (is_foot(j) ? 0 : 1);
        p[2] = 0.15 * sin(phase + 1);
        rotation_from_axis_angle(axis, rotations + 9 * j);
    }
    memcpy(translation, positions, 3 * sizeof *positions);
}

static PoseTrack dance_at(double fps) {
    size_t frames = (size_t)((double)SECONDS * fps);
    PoseTrack b = {frames,
                   J,
                   fps,
                   malloc(3 * frames * sizeof(double)),
                   malloc(9 * frames * J * sizeof(double)),
                   malloc(3 * frames * J * sizeof(double))};
    for (size_t t = 0; t < frames; t++)
        pose_at((double)t / fps, b.translations + 3 * t, b.rotations + 9 * J * t,
                b.positions + 3 * J * t);
    return b;
}

static Movement movement_at(double fps) {
    const MovementOptions o = {.first = 2, .last = 2, .pfc_fps = 30, .pfc_window = 5};
    PoseTrack b = dance_at(fps);
    Movement m;
    Error err;
    assert_done(movement_measure(&b, &o, &m, &err), &err);
    pose_track_free(&b);
    return m;
}

static void movement_does_not_depend_on_the_rate(void **state) {
    (void)state;
    static const struct {
        const char *key;
        double tolerance; /* of the value: what lies between 24 frames of a second is not known */
    } cases[] = {{"delta_pose", 0.02}, {"delta_trans", 0.01}, {"range", 0.005},
                 {"jump", 0.03},       {"jitter", 0.05},      {"loop", 0.005},
                 {"pfc", 0.1},         {"foot_skate", 0.1},   {"support", 0.05}};
    const Thresholds t = {.pose = 0.1, .trans = 0.1, .quantile = 0.5};
    Movement m = movement_at(60);
    MovementSummary want = movement_summary(&m, NULL, 1, &t);
    assert_int_equal(want.windows, SECONDS);
    assert_int_equal(want.frozen, 3);
    near(want.rate_first, 0, 0);
    near(want.rate_last, 1, 0);
    for (size_t r = 0; r < RATES; r++) {
        Movement other = movement_at(rates[r]);
        MovementSummary s = movement_summary(&other, NULL, 1, &t);
        assert_int_equal(s.windows, want.windows);
        assert_int_equal(s.frozen, want.frozen);
        near(s.rate_first, 0, 0);
        near(s.rate_last, 1, 0);
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
            double x = movement_value(&m, cases[k].key), y = movement_value(&other, cases[k].key);
            if (!(fabs(y - x) <= cases[k].tolerance * fabs(x)))
                fail_msg("%s at %g: %g, not %g", cases[k].key, rates[r], y, x);
        }
        for (size_t w = 0; w < 5; w++) near(other.windows.pose[w] / m.windows.pose[w], 1, 0.05);
        movement_free(&other);
    }
    movement_free(&m);
}

/* Foot contact is taken at 30: at that rate and at 60 it is the same number. */
static void foot_contact_is_at_thirty(void **state) {
    (void)state;
    Movement a = movement_at(60), b = movement_at(30);
    near(movement_value(&a, "pfc"), movement_value(&b, "pfc"), 1e-9);
    movement_free(&a);
    movement_free(&b);
}

static BeatScore beats_at(double fps, size_t seed, const BeatOptions *o) {
    double music[2 * SECONDS];
    for (size_t i = 0; i < 2 * SECONDS; i++) /* every half second and a bit */
        music[i] = (double)BEAT_FPS * (0.5 * (double)i + 0.013);
    PoseTrack b = dance_at(fps);
    BeatScore s;
    Error err;
    assert_done(beat_score(&b, seed, music, 2 * SECONDS, o, &s, &err), &err);
    pose_track_free(&b);
    return s;
}

static void beats_do_not_depend_on_the_rate(void **state) {
    (void)state;
    static const BeatOptions protocols[] = {{.order = 10, .sigma = 3},
                                            {.from_music = true,
                                             .with_seed = true,
                                             .forward = true,
                                             .smooth = 5,
                                             .order = 1,
                                             .sigma = 3}};
    for (size_t p = 0; p < 2; p++) {
        BeatScore want = beats_at(60, 60, &protocols[p]);
        assert_true(want.kinematic > 3 && want.score > 0.05);
        for (size_t r = 0; r < RATES; r++) {
            BeatScore s = beats_at(rates[r], (size_t)rates[r], &protocols[p]);
            assert_int_equal(s.music, want.music);
            assert_int_equal(s.kinematic, want.kinematic);
            near(s.score, want.score, rates[r] < 30 ? 0.02 : 0.005);
        }
    }
}

/* One joint that swings at 1 Hz turns at frames 15.5, 45.5, ... of 60: the slowest transition is
 * the one around the turn, and the nearest frame half a frame from it, whatever the rate. */
static void beats_lie_where_the_body_turns(void **state) {
    (void)state;
    static const double fps[] = {60, 30, 20, 120};
    static const BeatOptions kinds[] = {
        {.from_music = true, .order = 1, .sigma = 3},
        {.from_music = true, .forward = true, .order = 1, .sigma = 3},
        {.order = 10, .sigma = 3}};
    enum { TURNS = 8 };
    double music[TURNS];
    for (size_t k = 0; k < TURNS; k++) music[k] = 15.5 + 30 * (double)k;
    for (size_t r = 0; r < sizeof fps / sizeof *fps; r++) {
        size_t frames = (size_t)(4 * fps[r]);
        PoseTrack b = {frames, 1,
                       fps[r], calloc(3 * frames, sizeof(double)),
                       NULL,   calloc(3 * frames, sizeof(double))};
        for (size_t t = 0; t < frames; t++) {
            double sixtieth = (double)t * 60 / fps[r];
            b.positions[3 * t] = sin(2 * M_PI * (sixtieth - 0.5) / 60);
        }
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            BeatScore s;
            Error err;
            assert_done(beat_score(&b, 0, music, TURNS, &kinds[k], &s, &err), &err);
            assert_int_equal(s.music, TURNS);
            near(s.score, exp(-0.25 / 18), 1e-9);
        }
        pose_track_free(&b);
    }
}

static void features_do_not_depend_on_the_rate(void **state) {
    (void)state;
    float want[KINETIC_PER_JOINT * J];
    DanceFeatureRows f;
    Error err;
    PoseTrack b = dance_at(60);
    const DanceFeatureOptions o = {.corrected = true};
    assert_done(dance_feature_rows(&b, &o, &f, &err), &err);
    memcpy(want, f.kinetic, sizeof want);
    dance_feature_rows_free(&f);
    pose_track_free(&b);
    for (size_t r = 0; r < RATES; r++) {
        b = dance_at(rates[r]);
        assert_done(dance_feature_rows(&b, &o, &f, &err), &err);
        for (size_t i = 0; i < KINETIC_PER_JOINT * J; i++)
            near((double)f.kinetic[i] / (double)want[i], 1, rates[r] < 30 ? 0.05 : 0.02);
        dance_feature_rows_free(&f);
        pose_track_free(&b);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movement_does_not_depend_on_the_rate),
        cmocka_unit_test(foot_contact_is_at_thirty),
        cmocka_unit_test(beats_do_not_depend_on_the_rate),
        cmocka_unit_test(beats_lie_where_the_body_turns),
        cmocka_unit_test(features_do_not_depend_on_the_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
