/* Sliding feet, by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "metrics/foot_skate.h"

#include <cmocka.h>

#include "test/metrics/near.h"

enum { FRAMES = 41, JOINTS = 12, LEFT = 10, RIGHT = 11 };

/* Positions alone, all at the origin. */
static PoseTrack body(size_t frames, double fps) {
    PoseTrack b = {.frames = frames, .joints = JOINTS, .fps = fps};
    b.positions = calloc(3 * frames * JOINTS, sizeof *b.positions);
    return b;
}

static double *toes(const PoseTrack *b, size_t t, size_t joint) {
    return b->positions + 3 * (t * JOINTS + joint);
}

static double skate(const PoseTrack *b) {
    double speed;
    Error err;
    assert_int_equal(foot_skate(b, &speed, &err), 0);
    return speed;
}

/* The left foot stands, the right one is a floor's width above it and does what it likes. */
static void a_lifted_foot_does_not_slide(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        toes(&b, t, RIGHT)[0] = 0.1 * (double)t;
        toes(&b, t, RIGHT)[1] = 0.025;
    }
    near(skate(&b), 0, 0);
    for (size_t t = 0; t < FRAMES; t++) { /* 3 and 4 mm a frame are 5 */
        toes(&b, t, LEFT)[0] = 0.003 * (double)t;
        toes(&b, t, LEFT)[2] = 0.004 * (double)t;
    }
    near(skate(&b), 60 * 0.5, 1e-9);
    pose_track_free(&b);
}

/* At half of H a foot counts 2 - sqrt 2 times. 20 transitions of 2 cm, and then it stands, higher;
 * the floor is wherever it was. */
static void weights_fall_with_the_height(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        toes(&b, t, LEFT)[0] = 0.02 * (double)(t < 20 ? t : 20);
        toes(&b, t, LEFT)[1] = t <= 20 ? -0.8 : -0.8 + 0.0125; /* the other foot: at 0 */
    }
    const double still = (2 - pow(2, 0.25)) + 19 * (2 - sqrt(2));
    near(skate(&b), 120 * 20 / (20 + still), 1e-9);
    pose_track_free(&b);
}

/* A foot may swing close to the floor: the slower one bears the weight. */
static void the_slower_foot_counts(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        toes(&b, t, LEFT)[0] = 0.02 * (double)t;
        toes(&b, t, RIGHT)[2] = 0.005 * (double)t;
        toes(&b, t, RIGHT)[1] = 0.0125;
    }
    near(skate(&b), 30, 1e-9);
    pose_track_free(&b);
}

/* Of 41 frames two may lie below the floor; there they stand on it. */
static void the_floor_is_not_the_lowest_frame(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        toes(&b, t, LEFT)[0] = 0.01 * (double)t;
        toes(&b, t, RIGHT)[1] = 1;
    }
    toes(&b, 0, LEFT)[1] = toes(&b, 1, LEFT)[1] = -0.3;
    near(skate(&b), 60, 1e-9);
    toes(&b, 2, LEFT)[1] = -0.3; /* a third one: all others are in the air now */
    for (size_t t = 0; t < 3; t++) toes(&b, t, LEFT)[0] = 0.02 * (double)t;
    near(skate(&b), 120, 1e-9);
    pose_track_free(&b);
}

static void a_speed_at_any_rate(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60), half = body(FRAMES / 2 + 1, 30);
    for (size_t t = 0; t < FRAMES; t++) {
        toes(&b, t, LEFT)[0] = 0.01 * (double)t;
        toes(&b, t, RIGHT)[1] = 0.5;
    }
    for (size_t t = 0; t < half.frames; t++)
        for (size_t i = 0; i < (size_t)3 * JOINTS; i++)
            half.positions[3 * JOINTS * t + i] = b.positions[(size_t)3 * JOINTS * 2 * t + i];
    near(skate(&b), 60, 1e-9);
    near(skate(&half), 60, 1e-9);
    pose_track_free(&half);
    pose_track_free(&b);
}

static void bodies_without_toes(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    b.joints = RIGHT;
    assert_true(isnan(skate(&b)));
    b.joints = JOINTS;
    b.frames = 1;
    assert_true(isnan(skate(&b)));
    b.frames = FRAMES;
    pose_track_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lifted_foot_does_not_slide),
        cmocka_unit_test(weights_fall_with_the_height),
        cmocka_unit_test(the_slower_foot_counts),
        cmocka_unit_test(the_floor_is_not_the_lowest_frame),
        cmocka_unit_test(a_speed_at_any_rate),
        cmocka_unit_test(bodies_without_toes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
