/* The synthetic data set's bodies and music: feet that stand where they step, on the beat and never
 * in the floor, bodies over them, nothing that jumps, beats that can be heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/choreography.h"
#include "demo/dance.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

enum {
    LEFT_HIP = 1,
    LEFT_KNEE = 4,
    LEFT_ANKLE = 7,
    LEFT_BALL = 10,
    LEFT_SHOULDER = 16,
    LEFT_WRIST = 20,
    SIZE = 3 * SMPL_JOINTS /* numbers of a frame */
};

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
    Pose p = {.x = 1.0, .z = -2.1, .heading = M_PI / 2}; /* facing +x: left is -z */
    p.foot[LEFT] = (Foot){.x = 1.2, .z = -2.3, .lift = 0.1, .yaw = M_PI / 2, .heel = 0.4};
    p.foot[RIGHT] = (Foot){.x = 1.07, .z = -1.9, .yaw = M_PI / 2};
    p.yaw = 0.2, p.roll = 0.1, p.pitch = -0.1;
    p.arm[LEFT] = (Arm){.raise = M_PI / 2}; /* straight to the side */
    float poses[72], translations[3];
    double translation[3], rotations[SMPL_JOINTS][9];
    pose_to_body(&p, &smpl, translation, rotations);
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        double v[3];
        rotation_to_axis_angle(rotations[j], v);
        for (size_t k = 0; k < 3; k++) poses[3 * j + k] = (float)v[k];
    }
    for (size_t k = 0; k < 3; k++) translations[k] = (float)translation[k];
    const Dance d = {.frames = 1, .poses = poses, .translations = translations};
    double *at = joints_of(&d);
    const double *left = at + 3 * LEFT_BALL, *right = left + 3, *wrist = at + 3 * LEFT_WRIST;
    assert_true(fabs(left[0] - 1.2) < 1e-5);
    assert_true(fabs(left[1] - 0.12) < 1e-5);
    assert_true(fabs(left[2] + 2.3) < 1e-5);
    assert_true(fabs(right[0] - 1.07) < 1e-5);
    assert_true(fabs(right[1] - 0.02) < 1e-5);
    assert_true(fabs(at[1] - 0.91) < 0.01); /* the pelvis stands */
    assert_true(wrist[2] < -2.1 - 0.6); /* left */
    assert_true(fabs(wrist[1] - at[1] - 0.45) < 0.2); /* at the height of the shoulders */
    free(at);
    skeleton_free(&smpl);
}

/* A bar begins with the left foot, counts go up, and no foot leaves that all the weight is on. */
static void moves_can_be_stepped(void **state) {
    (void)state;
    for (MoveId id = 0; id < MOVE_COUNT; id++) {
        const Move *m = move_at(id);
        double count = 0;
        int bears = RIGHT;
        assert_non_null(m->name);
        assert_int_equal(m->steps[0].foot, LEFT);
        for (const Step *s = m->steps; s->kind != STEP_NONE; s++) {
            assert_true(s->count >= count && s->count < (double)BEATS_PER_BAR);
            count = s->count;
            if (s->kind == STEP || s->kind == TOUCH || s->kind == KICK)
                assert_int_not_equal(s->foot, bears);
            if (s->kind == STEP || s->kind == SHIFT) bears = s->foot;
            if (s->kind == JUMP) bears = SIDES;
        }
        assert_int_equal(move_ends_on(m), bears);
    }
}

/* Five seconds at 120 beats a minute: step left, close, on beats 0 and 1. */
static void a_foot_that_bears_weight_stays(void **state) {
    (void)state;
    const Footfall falls[] = {
        {.kind = JUMP, .beat = -100, .foot = LEFT, .x = 0.1},
        {.kind = JUMP, .beat = -100, .foot = RIGHT, .x = -0.1},
        {.kind = STEP, .beat = 0, .foot = LEFT, .x = 0.5, .yaw = 0.2},
        {.kind = STEP, .beat = 1, .foot = RIGHT, .x = 0.3},
    };
    Stand s = footwork_at(falls, 4, -1.0);
    assert_true(s.planted[LEFT] && s.planted[RIGHT]);
    assert_float_equal(s.foot[LEFT].x, 0.1, 1e-12);
    assert_float_equal(s.weight, 0.5, 1e-12);
    s = footwork_at(falls, 4, -0.3); /* the left foot is on its way, nothing bears but the right */
    assert_true(!s.planted[LEFT] && s.planted[RIGHT]);
    assert_true(s.foot[LEFT].x > 0.15 && s.foot[LEFT].x < 0.45 && s.foot[LEFT].lift > 0.03);
    assert_float_equal(s.foot[RIGHT].x, -0.1, 1e-12);
    s = footwork_at(falls, 4, 0.0); /* it lands on the beat */
    assert_float_equal(s.foot[LEFT].x, 0.5, 1e-9);
    assert_float_equal(s.foot[LEFT].lift, 0.0, 1e-9);
    s = footwork_at(falls, 4, 0.4); /* and has the weight, while the other comes */
    assert_true(s.planted[LEFT] && !s.planted[RIGHT]);
    assert_float_equal(s.foot[LEFT].x, 0.5, 1e-12);
    assert_float_equal(s.weight, 1.0, 1e-9);
    s = footwork_at(falls, 4, 5.0);
    assert_float_equal(s.foot[RIGHT].x, 0.3, 1e-12);
    assert_float_equal(s.weight, 0.0, 1e-12);
}

static double across_floor(const double *a, const double *b) {
    return hypot(a[0] - b[0], a[2] - b[2]);
}

/* Of a point to the line between two others, on the floor. */
static double floor_distance(const double *p, const double *a, const double *b) {
    const double dx = b[0] - a[0], dz = b[2] - a[2], length = dx * dx + dz * dz;
    double t = length > 0 ? ((p[0] - a[0]) * dx + (p[2] - a[2]) * dz) / length : 0;
    t = fmin(fmax(t, 0), 1);
    return hypot(p[0] - a[0] - t * dx, p[2] - a[2] - t * dz);
}

/* Feet are not in the floor, and knees are hinges that bend one way: about x, shin backwards. */
static void check_legs(const double *at, const float *pose) {
    for (size_t side = 0; side < 2; side++) {
        const float *knee = pose + 3 * (LEFT_KNEE + side);
        assert_true(at[3 * (LEFT_BALL + side) + 1] > 0.019);
        assert_true(at[3 * (LEFT_ANKLE + side) + 1] > 0.05);
        assert_true(knee[0] > 0 && fabsf(knee[1]) < 0.2f && fabsf(knee[2]) < 0.2f);
    }
}

/* What a whole dance shows. */
typedef struct {
    double fastest, jolt, slowest; /* m/s of all joints, m/s^2, mean m/s of the quietest frame */
    double slide; /* metres that a standing foot moves from frame to frame, at most */
    double off_balance; /* metres from the pelvis to the line between the feet, at most */
    double farthest; /* metres from the origin */
    size_t standing[3]; /* frames with no, one, two feet on the floor */
    size_t landings, on_beat; /* of feet; those within 60 ms of half a beat */
} Seen;

static bool stands(const double *frame, size_t side) {
    return frame[3 * (LEFT_BALL + side) + 1] < 0.0215; /* the joint of a standing foot: 0.02 */
}

static void see_feet(const double *at, size_t f, double bpm, Seen *seen) {
    const double *now = at + SIZE * f, *before = now - SIZE;
    size_t standing = 0;
    for (size_t side = 0; side < 2; side++) {
        const double *ball = now + 3 * (LEFT_BALL + side);
        standing += stands(now, side);
        if (stands(now, side) && stands(before, side))
            seen->slide = fmax(seen->slide, across_floor(ball, ball - SIZE));
        if (stands(now, side) && !stands(before, side)) {
            const double half = 30.0 / bpm, seconds = (double)f / (double)DANCE_FPS;
            seen->landings++;
            seen->on_beat += fabs(remainder(seconds, half)) < 0.06;
        }
    }
    seen->standing[standing]++;
    const double *left = now + 3 * LEFT_BALL;
    if (standing) seen->off_balance = fmax(seen->off_balance, floor_distance(now, left, left + 3));
}

static void see_speeds(const double *now, Seen *seen) {
    double moved = 0.0;
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        double v = 0.0, a = 0.0;
        for (ptrdiff_t k = 3 * (ptrdiff_t)j; k < 3 * (ptrdiff_t)j + 3; k++) {
            v += pow(now[k] - now[k - SIZE], 2);
            a += pow(now[k] - 2 * now[k - SIZE] + now[k - 2 * SIZE], 2);
        }
        seen->fastest = fmax(seen->fastest, 60 * sqrt(v));
        seen->jolt = fmax(seen->jolt, 3600 * sqrt(a));
        moved += 60 * sqrt(v) / (double)SMPL_JOINTS;
    }
    seen->slowest = fmin(seen->slowest, moved);
}

static Seen see(const Song *song, uint64_t seed) {
    Dance d;
    Error err;
    assert_int_equal(dance_make(song, seed, &d, &err), 0);
    assert_int_equal(d.frames, (size_t)llround(song->seconds * 60));
    double *at = joints_of(&d);
    Seen seen = {.slowest = 1e9};
    for (size_t f = 0; f < d.frames; f++) {
        check_legs(at + SIZE * f, d.poses + SIZE * f);
        if (f > 1) see_speeds(at + SIZE * f, &seen);
        if (f > 0) see_feet(at, f, song->bpm, &seen);
        seen.farthest = fmax(seen.farthest, hypot(at[SIZE * f], at[SIZE * f + 2]));
    }
    if (getenv("SEE"))
        printf("# %s fastest %.2f jolt %.0f slowest %.3f slide %.4f off %.3f far %.2f standing %zu "
               "%zu %zu landings %zu on beat %zu\n",
               song->style->code, seen.fastest, seen.jolt, seen.slowest, seen.slide,
               seen.off_balance, seen.farthest, seen.standing[0], seen.standing[1],
               seen.standing[2], seen.landings, seen.on_beat);
    free(at);
    dance_free(&d);
    return seen;
}

static void dances_are_bodily_possible(void **state) {
    (void)state;
    for (size_t genre = 0; genre < style_count(); genre++)
        for (uint64_t seed = 7; seed < 9; seed++) {
            const Song song = song_plan(style_at(genre), 3, 20.0, 40 + genre + 100 * seed);
            const Seen s = see(&song, seed + genre);
            assert_true(s.fastest > 2.0 && s.fastest < 14.0); /* a hand in full swing */
            assert_true(s.jolt < 260.0); /* nothing jumps */
            assert_true(s.slide < 0.001);
            assert_true(s.off_balance < 0.15);
            assert_true(s.farthest < 3.0); /* the stage */
            assert_true(s.standing[1] > s.standing[0]); /* a foot at a time: steps, not hops */
            assert_true(s.landings > 10 && 10 * s.on_beat > 9 * s.landings);
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

static double loudness(const float *x, size_t from, size_t to) {
    double sum = 0.0;
    for (size_t i = from; i < to; i++) sum += (double)x[i] * (double)x[i];
    return sum / (double)(to - from);
}

/* Phrases of eight counts; a chorus is louder than a break, and begins with more than a verse. */
static void songs_have_sections(void **state) {
    (void)state;
    bool heard[SECTION_BREAK + 1] = {false};
    for (uint64_t seed = 0; seed < 6; seed++) {
        const Song song = song_plan(style_at(seed), 0, 40.0, seed);
        const double phrase = 8 * 60.0 / song.bpm * (double)SONG_RATE;
        float *x;
        size_t count, chorus = 0, quiet = 0;
        double loud = 0.0, soft = 0.0;
        Error err;
        assert_int_equal(song.phrases, (size_t)ceil(40.0 * song.bpm / 480.0));
        assert_int_equal(song_play(&song, &x, &count, &err), 0);
        for (size_t i = 0; i + 1 < song.phrases; i++) {
            const double level =
                loudness(x, (size_t)((double)i * phrase), (size_t)((double)(i + 1) * phrase));
            heard[song.section[i]] = true;
            if (song.section[i] == SECTION_CHORUS) loud += level, chorus++;
            if (song.section[i] == SECTION_BREAK) soft += level, quiet++;
        }
        assert_true(chorus > 0);
        assert_true(quiet == 0 || loud / (double)chorus > 1.5 * soft / (double)quiet);
        free(x);
    }
    for (size_t i = 0; i <= SECTION_BREAK; i++) assert_true(heard[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feet_come_where_they_are_put),
        cmocka_unit_test(moves_can_be_stepped),
        cmocka_unit_test(a_foot_that_bears_weight_stays),
        cmocka_unit_test(dances_are_bodily_possible),
        cmocka_unit_test(another_seed_dances_otherwise),
        cmocka_unit_test(songs_have_beats),
        cmocka_unit_test(songs_have_sections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
