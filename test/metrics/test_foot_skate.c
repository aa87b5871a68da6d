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

enum { FRAMES = 121, JOINTS = 24, LEFT = 7, RIGHT = 8, TOES = 3 /* from an ankle */ };

/* A body that stands: ankles at 8 cm, toes at 2, all else a metre up. */
static PoseTrack body(size_t frames, double fps) {
    PoseTrack b = {.frames = frames, .joints = JOINTS, .fps = fps};
    b.positions = calloc(3 * frames * JOINTS, sizeof *b.positions);
    for (size_t i = 0; i < frames * JOINTS; i++) b.positions[3 * i + 1] = 1;
    for (size_t t = 0; t < frames; t++)
        for (size_t j = LEFT; j <= RIGHT; j++) {
            b.positions[3 * (t * JOINTS + j) + 1] = 0.08;
            b.positions[3 * (t * JOINTS + j + TOES) + 1] = 0.02;
        }
    return b;
}

static double *joint(const PoseTrack *b, size_t t, size_t j) {
    return b->positions + 3 * (t * JOINTS + j);
}

/* Moves ankle and toes of a foot. */
static void move(const PoseTrack *b, size_t t, size_t foot, double x, double y, double z) {
    for (size_t j = foot; j <= foot + TOES; j += TOES) {
        joint(b, t, j)[0] += x;
        joint(b, t, j)[1] += y;
        joint(b, t, j)[2] += z;
    }
}

static FootSkate skate(const PoseTrack *b) {
    FootSkate s;
    Error err;
    assert_int_equal(foot_skate(b, &s, &err), 0);
    return s;
}

/* The left foot stands; the right one is 4 cm above it all the time and does what it likes. */
static void a_lifted_foot_does_not_count(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) move(&b, t, RIGHT, 0.1 * (double)t, 0.04, 0);
    FootSkate s = skate(&b);
    near(s.median, 0, 0);
    near(s.mean, 0, 0);
    near(s.support, 1, 0);
    for (size_t t = 0; t < FRAMES; t++) /* 3 and 4 mm a frame are 5 */
        move(&b, t, LEFT, 0.003 * (double)t, 0, 0.004 * (double)t);
    near(skate(&b).median, 60 * 0.5, 1e-9);
    near(skate(&b).mean, 60 * 0.5, 1e-9);
    pose_track_free(&b);
}

/* Both feet within 3 cm of the floor: the lower one is what the body stands on, fast or slow. */
static void the_lower_foot_supports(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        move(&b, t, LEFT, 0.02 * (double)t, t < 40 ? 0.01 : 0, 0);
        move(&b, t, RIGHT, 0.005 * (double)t, t < 40 ? 0 : 0.01, 0);
    }
    /* 39 transitions on the right foot; in that from frame 39 to 40 both are 5 mm up, and the left
     * one is taken */
    FootSkate s = skate(&b);
    near(s.median, 120, 1e-9);
    near(s.mean, (39 * 30 + 81 * 120) / 120.0, 1e-9);
    pose_track_free(&b);
}

/* Feet that turn on the ball stand where the toes are; those that roll off, on the heel. */
static void the_slower_joint_of_a_foot_counts(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        move(&b, t, RIGHT, 0, 0.1, 0);
        joint(&b, t, LEFT)[0] = 0.01 * (double)t;
    }
    near(skate(&b).mean, 0, 0);
    for (size_t t = 0; t < FRAMES; t++) /* on tiptoe: the ankle no longer touches */
        if (t >= 60) joint(&b, t, LEFT)[1] += 0.05;
    for (size_t t = 61; t < FRAMES; t++) joint(&b, t, LEFT + TOES)[2] = 0.002 * (double)(t - 60);
    near(skate(&b).mean, 12 * 60 / 120.0, 1e-9);
    pose_track_free(&b);
}

/* From frame 40 to 79 the body is in the air, where it travels. It takes off and lands at 1.2 m/s
 * over 5 frames (10 cm); heights and speeds end the contact at frame 39 and begin it at 80. */
static void jumps_are_left_out(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 40; t < FRAMES; t++) {
        double up = fmin(fmin((double)(t - 39), (double)(t < 80 ? 80 - t : 0)), 5);
        move(&b, t, LEFT, t < 80 ? 0.1 * (double)(t - 39) : 4, 0.02 * up, 0);
        move(&b, t, RIGHT, t < 80 ? 0.1 * (double)(t - 39) : 4, 0.02 * up, 0);
    }
    FootSkate s = skate(&b);
    near(s.mean, 0, 1e-9);
    near(s.support, (38 + 39) / 120.0, 1e-12); /* frames 0 to 38 and 81 to 120 */
    pose_track_free(&b);
}

/* Hands, or a lying body: feet are dragged, and bear nothing. */
static void hands_on_the_floor_are_left_out(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        move(&b, t, LEFT, 0.01 * (double)t, 0, 0);
        move(&b, t, RIGHT, 0.01 * (double)t, 0, 0);
        if (t >= 60) joint(&b, t, 22)[1] = 0.21; /* 19 cm above the floor at 2 */
    }
    FootSkate s = skate(&b);
    near(s.mean, 60, 1e-9);
    near(s.support, 59 / 120.0, 1e-12);
    for (size_t t = 0; t < FRAMES; t++) joint(&b, t, 22)[1] = 0.21;
    assert_true(isnan(skate(&b).median));
    near(skate(&b).support, 0, 0);
    pose_track_free(&b);
}

/* A floor that rises by 1.5 cm a second carries the body with it; the right foot is 4 cm above. */
static void the_floor_may_wander(void **state) {
    (void)state;
    PoseTrack b = body(10 * FRAMES, 60);
    for (size_t t = 0; t < b.frames; t++) {
        move(&b, t, LEFT, 0.01 * (double)t, 0.00025 * (double)t, 0);
        move(&b, t, RIGHT, 0.5 * (double)t, 0.04 + 0.00025 * (double)t, 0);
        for (size_t j = 0; j < JOINTS; j++)
            if (j < LEFT || (j > RIGHT && j < LEFT + TOES) || j > RIGHT + TOES)
                joint(&b, t, j)[1] += 0.00025 * (double)t;
    }
    FootSkate s = skate(&b);
    near(s.mean, 60, 1e-6);
    near(s.support, 1, 0);
    pose_track_free(&b);
}

/* A tenth of a second is 6 frames at 60 a second: a touch of 5 is none. */
static void short_touches_do_not_count(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) {
        move(&b, t, RIGHT, 0, 0.1, 0);
        if ((t >= 20 && t < 50) || (t >= 55 && t < 80)) move(&b, t, LEFT, 0, 0.1, 0);
    }
    /* frames 0 to 18 and 81 to 120: those beside a step of the height rise or fall */
    near(skate(&b).support, (18 + 39) / 120.0, 1e-12);
    pose_track_free(&b);
}

/* Up by 5 mm for a frame, 30 cm/s up and down: the frames before and after it rise by 15 and fall
 * by 15. By 1 cm: they rise and fall by 30, and that frame by nothing; a frame is no interruption.
 */
static void a_trembling_foot_stands(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    for (size_t t = 0; t < FRAMES; t++) move(&b, t, RIGHT, 0, 0.1, 0);
    move(&b, 60, LEFT, 0, 0.005, 0);
    near(skate(&b).support, 1, 0);
    move(&b, 60, LEFT, 0, 0.005, 0);
    near(skate(&b).support, 1, 0);
    pose_track_free(&b);
}

static void a_speed_at_any_rate(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60), half = body(FRAMES / 2 + 1, 30);
    for (size_t t = 0; t < FRAMES; t++) move(&b, t, LEFT, 0.01 * (double)t, 0, 0);
    for (size_t t = 0; t < half.frames; t++) move(&half, t, LEFT, 0.02 * (double)t, 0, 0);
    for (size_t t = 0; t < FRAMES; t++) move(&b, t, RIGHT, 0, 0.1, 0);
    for (size_t t = 0; t < half.frames; t++) move(&half, t, RIGHT, 0, 0.1, 0);
    near(skate(&b).median, 60, 1e-9);
    near(skate(&half).median, 60, 1e-9);
    pose_track_free(&half);
    pose_track_free(&b);
}

static void bodies_without_feet(void **state) {
    (void)state;
    PoseTrack b = body(FRAMES, 60);
    b.joints = 11;
    assert_true(isnan(skate(&b).median));
    assert_true(isnan(skate(&b).support));
    b.joints = JOINTS;
    b.frames = 1;
    assert_true(isnan(skate(&b).mean));
    b.frames = FRAMES;
    pose_track_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lifted_foot_does_not_count),
        cmocka_unit_test(the_lower_foot_supports),
        cmocka_unit_test(the_slower_joint_of_a_foot_counts),
        cmocka_unit_test(jumps_are_left_out),
        cmocka_unit_test(hands_on_the_floor_are_left_out),
        cmocka_unit_test(the_floor_may_wander),
        cmocka_unit_test(short_touches_do_not_count),
        cmocka_unit_test(a_trembling_foot_stands),
        cmocka_unit_test(a_speed_at_any_rate),
        cmocka_unit_test(bodies_without_feet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
