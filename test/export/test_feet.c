/* Feet held where they stand: a walk, built here from the leg's geometry, whose feet slide by a
 * known amount. */
#include "test/export/clips.h"

#include "export/feet.h"

enum { STEP = 30, STEPS = 8, WALK = STEP * STEPS, FRAMES = WALK + 60 /* in the air at the end */ };

static const double thigh_length = 0.4, shin_length = 0.42, ankle_height = 0.07, slide = 0.04,
                    sway = 0.02, sole = 0.022;

/* SMPL's tree with straight legs; the toes are 2.2 cm above the floor when the ankle is at
 * ankle_height. */
static void make_skeleton(Skeleton *s) {
    Error err;
    assert_done(skeleton_smpl(s, &err), &err);
    for (size_t side = 0; side < 2; side++) {
        const double x = side ? -0.1 : 0.1, offset[4][3] = {{x, 0, 0},
                                                            {0, -thigh_length, 0},
                                                            {0, -shin_length, 0},
                                                            {0, 0.022 - ankle_height, 0.13}};
        for (size_t k = 0; k < 4; k++)
            memcpy(s->offsets + 3 * (1 + side + 3 * k), offset[k], sizeof offset[k]);
    }
    for (size_t i = 0; i < 3; i++) s->offsets[i] = 0;
}

static void about_x(double angle, double r[9]) {
    const double v[3] = {angle, 0, 0};
    rotation_from_axis_angle(v, r);
}

static void put(Motion *m, size_t t, size_t joint, const double r[9]) {
    for (size_t k = 0; k < 9; k++) m->data[t * motion_dim(m) + 3 + 9 * joint + k] = (float)r[k];
}

/* Leg in the plane x = 0 of the hip: the ankle at (y, z) from it, the knee to the front, the foot
 * level. */
static void pose_leg(Motion *m, size_t t, size_t side, double y, double z) {
    double d = hypot(y, z), a = thigh_length, b = shin_length, r[9];
    double knee = acos((d * d - a * a - b * b) / (2 * a * b)),
           inner = acos((d * d + a * a - b * b) / (2 * a * d));
    double hip =
        atan2(-z, -y) - inner; /* turns about +x, which takes what points down to the back */
    about_x(hip, r), put(m, t, 1 + side, r);
    about_x(knee, r), put(m, t, 4 + side, r);
    about_x(-hip - knee, r), put(m, t, 7 + side, r);
}

static bool stands(size_t t, size_t side) { return t < WALK && (t / STEP) % 2 == side; }

/* The root goes 1 m/s and sways; every foot stands for half a second, during which it slides 4 cm
 * forward and follows the sway, and is swung for another. */
static void make_walk(Motion *m) {
    Error err;
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    assert_done(motion_new(m, FRAMES, SMPL_JOINTS, &err), &err);
    for (size_t t = 0; t < FRAMES; t++) {
        double leap = t < WALK ? 0 : fmin(1, (double)(t - WALK) / 10),
               time = (double)(t < WALK ? t : WALK), root_z = 0.5 * time / (double)STEP * 0.5;
        for (size_t j = 0; j < SMPL_JOINTS; j++) put(m, t, j, identity);
        m->data[t * motion_dim(m)] = (float)(sway * sin(time / 12));
        m->data[t * motion_dim(m) + 1] = (float)(0.8 + 0.4 * leap);
        m->data[t * motion_dim(m) + 2] = (float)root_z;
        for (size_t side = 0; side < 2; side++) {
            double u = fmod(time + (side ? STEP : 0), 2 * STEP) / (double)STEP, z,
                   up = 0; /* 0 to 1: stands; 1 to 2: swings */
            double start = root_z - 0.25 * u + 0.125; /* of the stance that u belongs to */
            if (u < 1)
                z = start + slide * u;
            else {
                double w = u - 1, far = 0.5 - slide;
                z = start + slide + far * w * w * (3 - 2 * w);
                up = 0.12 * sin(M_PI * w);
            }
            pose_leg(m, t, side, ankle_height + up - 0.8, z - root_z);
        }
    }
}

/* World rotations and positions of one frame by forward kinematics of the clip's rotations. */
static void forward(const Clip *c, size_t t, double (*global)[9], double (*position)[3]) {
    const Skeleton *s = c->skeleton;
    for (size_t j = 0; j < s->joints; j++) {
        const double *local = c->body.rotations + 9 * (t * s->joints + j);
        if (!j)
            memcpy(global[0], local, sizeof global[0]);
        else
            rotation_multiply(global[s->parents[j]], local, global[j]);
        for (size_t i = 0; i < 3; i++) {
            position[j][i] = j ? position[s->parents[j]][i] : c->body.translations[3 * t + i];
            for (size_t k = 0; k < 3; k++)
                position[j][i] += j ? global[s->parents[j]][3 * i + k] * s->offsets[3 * j + k]
                                  : k == i ? s->offsets[i]
                                           : 0;
        }
    }
}

/* Centimetres that standing toes move over the floor, per frame. */
static double sliding(const Clip *c) {
    double sum = 0, global[SMPL_JOINTS][9], at[SMPL_JOINTS][3], before[SMPL_JOINTS][3] = {{0}};
    size_t count = 0;
    for (size_t t = 0; t < WALK; t++) {
        forward(c, t, global, at);
        for (size_t side = 0; side < 2; side++)
            if (t && stands(t, side) && stands(t - 1, side)) {
                sum += 100 * hypot(at[10 + side][0] - before[10 + side][0],
                                   at[10 + side][2] - before[10 + side][2]);
                count++;
            }
        memcpy(before, at, sizeof before);
    }
    return sum / (double)count;
}

typedef struct {
    Skeleton skeleton;
    Clip before, after;
} Walk;

static void walk_new(Walk *w) {
    Error err;
    Motion m;
    make_skeleton(&w->skeleton);
    make_walk(&m);
    assert_done(clip_new(&w->before, &m, "walk", &w->skeleton, &err), &err);
    assert_done(clip_new(&w->after, &m, "walk", &w->skeleton, &err), &err);
    motion_free(&m);
    const FeetOptions o = feet_options();
    assert_done(feet_clean(&w->after, &o, &err), &err);
}

static void walk_free(Walk *w) {
    clip_free(&w->before);
    clip_free(&w->after);
    skeleton_free(&w->skeleton);
}

static void standing_feet_stand(void **state) {
    (void)state;
    Walk w;
    walk_new(&w);
    double before = sliding(&w.before), after = sliding(&w.after);
    /* at least the 4 cm in 30 frames that go forward; the sway adds at most 2 sway / 12 each */
    if (!(before > 100 * slide / (double)STEP && before < 100 * (slide / (double)STEP + sway / 12)))
        fail_msg("%g cm a frame were built", before);
    if (!(after <= 0.1 * before)) fail_msg("%g cm a frame, before %g", after, before);
    walk_free(&w);
}

static void the_body_stays_whole(void **state) {
    (void)state;
    Walk w;
    walk_new(&w);
    const Skeleton *s = &w.skeleton;
    for (size_t t = 0; t < FRAMES; t++) {
        double g[SMPL_JOINTS][9], old_g[SMPL_JOINTS][9], at[SMPL_JOINTS][3], old[SMPL_JOINTS][3];
        forward(&w.before, t, old_g, old);
        forward(&w.after, t, g, at);
        for (size_t j = 0; j < SMPL_JOINTS; j++) {
            const double *position = w.after.body.positions + 3 * (t * SMPL_JOINTS + j),
                         *r = w.after.body.rotations + 9 * (t * SMPL_JOINTS + j);
            double nearest[9], bone = 0, rest = 0;
            bool leg = j == 1 || j == 2 || j == 4 || j == 5 || j == 7 || j == 8;
            rotation_nearest(r, nearest);
            for (size_t k = 0; k < 9; k++) assert_true(fabs(r[k] - nearest[k]) < 1e-12);
            for (size_t i = 0; i < 3; i++)
                assert_true(fabs(position[i] - at[j][i]) <
                            1e-12); /* positions are the rotations' */
            if (!leg)
                assert_memory_equal(r, w.before.body.rotations + 9 * (t * SMPL_JOINTS + j),
                                    9 * sizeof *r);
            if (!j) continue;
            for (size_t i = 0; i < 3; i++)
                bone += pow(
                    position[i] -
                        w.after.body.positions[3 * (t * SMPL_JOINTS + (size_t)s->parents[j]) + i],
                    2),
                    rest += pow(s->offsets[3 * j + i], 2);
            assert_true(fabs(sqrt(bone) - sqrt(rest)) < 1e-12);
        }
        for (size_t side = 0; side < 2; side++) {
            assert_true(rotation_angle_between(g[7 + side], old_g[7 + side]) < 1e-7);
            double height = at[10 + side][1]; /* a foot goes to the floor or stays */
            assert_true(height < old[10 + side][1] + 1e-6 && height > sole - 1e-6);
            if (stands(t, side)) assert_true(fabs(height - sole) < 1e-6);
            assert_true(at[4 + side][2] >
                        (at[1 + side][2] + at[7 + side][2]) / 2); /* knees bend forwards */
            double length = 0, *knee = w.after.body.rotations + 9 * (t * SMPL_JOINTS + 4 + side);
            assert_true(knee[0] > 1 - 1e-9); /* still about x: in the leg's plane */
            for (size_t i = 0; i < 3; i++) length += pow(at[7 + side][i] - at[1 + side][i], 2);
            assert_true(sqrt(length) <
                        0.9951 * (thigh_length + shin_length)); /* as long as reach lets it be; the
                                                                   walk's own legs are shorter */
        }
    }
    assert_memory_equal(w.before.body.translations, w.after.body.translations,
                        3 * FRAMES * sizeof(double));
    walk_free(&w);
}

static void what_does_not_stand_stays(void **state) {
    (void)state;
    Walk w;
    walk_new(&w);
    const size_t frame = 9 * SMPL_JOINTS * sizeof(double);
    for (size_t t = WALK + 20; t < FRAMES; t++)
        assert_memory_equal(w.after.body.rotations + 9 * SMPL_JOINTS * t,
                            w.before.body.rotations + 9 * SMPL_JOINTS * t, frame);
    for (size_t t = 0; t < WALK; t++)
        for (size_t side = 0; side < 2; side++)
            if (!stands(t, side) && t % STEP == STEP / 2)
                for (size_t j = 1 + side; j < 12; j += 3) {
                    size_t at = SMPL_JOINTS * t + j;
                    assert_memory_equal(w.after.body.rotations + 9 * at,
                                        w.before.body.rotations + 9 * at, 9 * sizeof(double));
                    assert_memory_equal(w.after.body.positions + 3 * at,
                                        w.before.body.positions + 3 * at, 3 * sizeof(double));
                }
    const PoseTrack *measured = clip_measured(&w.after);
    assert_memory_equal(measured->rotations, w.before.body.rotations, FRAMES * frame);
    assert_memory_equal(measured->positions, w.before.body.positions,
                        3 * FRAMES * SMPL_JOINTS * sizeof(double));
    assert_true(clip_measured(&w.before) == &w.before.body);
    walk_free(&w);
}

/* A walk whose body, feet and all, goes up and down by 1.5 cm every second: the floor is where the
 * feet are low, and standing feet come down to it. */
static void feet_meet_the_floor(void **state) {
    (void)state;
    Error err;
    Motion m;
    Clip c;
    Skeleton s;
    double worst = 0, before = 0, floor;
    make_skeleton(&s);
    make_walk(&m);
    for (size_t t = 0; t < FRAMES; t++)
        m.data[t * motion_dim(&m) + 1] += (float)(t / 60 % 2 ? 0.015 : 0);
    assert_done(clip_new(&c, &m, "walk", &s, &err), &err);
    assert_done(clip_floor(&c, &floor, &err), &err);
    assert_true(fabs(floor) < 1e-6);
    const FeetOptions o = feet_options();
    assert_done(feet_clean(&c, &o, &err), &err);
    for (size_t t = 0; t < WALK; t++)
        for (size_t side = 0; side < 2; side++) {
            if (!stands(t, side)) continue;
            size_t at = 3 * (SMPL_JOINTS * t + 10 + side) + 1;
            worst = fmax(worst, fabs(c.body.positions[at] - floor - sole));
            before = fmax(before, fabs(clip_measured(&c)->positions[at] - floor - sole));
        }
    assert_true(before > 0.0149 && worst < 0.002);
    clip_free(&c);
    motion_free(&m);
    skeleton_free(&s);
}

/* Nothing may jump: no joint moves much further from frame to frame than it did. */
static void nothing_jumps(void **state) {
    (void)state;
    Walk w;
    walk_new(&w);
    for (size_t t = 1; t < FRAMES; t++)
        for (size_t j = 0; j < 12; j++) {
            double step = 0, was = 0;
            for (size_t i = 0; i < 3; i++) {
                size_t at = 3 * (SMPL_JOINTS * t + j) + i;
                step += pow(
                    w.after.body.positions[at] - w.after.body.positions[at - 3 * SMPL_JOINTS], 2);
                was += pow(
                    w.before.body.positions[at] - w.before.body.positions[at - 3 * SMPL_JOINTS], 2);
            }
            if (!(sqrt(step) < sqrt(was) + 0.012))
                fail_msg("joint %zu frame %zu: %g m, before %g", j, t, sqrt(step), sqrt(was));
        }
    walk_free(&w);
}

/* Toes that go up and down at one place: frames by height, with both thresholds, gaps and short
 * touches. */
static void contacts_have_hysteresis(void **state) {
    (void)state;
    static const double height[] = {0.5,  0.5, 0.07, 0.05, 0.05, 0.05, 0.08, 0.08,
                                    0.07, 0.5, 0.05, 0.05, 0.05, 0.05, 0.05, 0.5,
                                    0.5,  0.5, 0.5,  0.5,  0.05, 0.5};
    static const char *const expected = "...oooooooooooo.......";
    enum { N = sizeof height / sizeof *height };
    double positions[3 * N] = {0};
    bool contact[N];
    for (size_t t = 0; t < N; t++) positions[3 * t + 1] = 1 + height[t];
    const PoseTrack b = {.frames = N, .joints = 1, .fps = 60, .positions = positions};
    const FeetOptions o = {
        .low = 0.06, .high = 0.09, .slow = 1e3, .fast = 1e3, .gap = 0.05, .least = 0.05};
    feet_contacts(&b, 0, 1, &o, contact);
    for (size_t t = 0; t < N; t++)
        if (contact[t] != (expected[t] == 'o')) fail_msg("frame %zu: %d", t, contact[t]);
}

static void other_skeletons_are_refused(void **state) {
    (void)state;
    Error err;
    Motion m;
    Skeleton s;
    Clip c;
    const FeetOptions o = feet_options();
    make_motion(&m, 4, 24);
    make_chain(&s, 24);
    assert_done(clip_new(&c, &m, "chain", &s, &err), &err);
    assert_int_equal(feet_clean(&c, &o, &err), -1);
    assert_non_null(strstr(err.text, "SMPL"));
    assert_int_equal(c.measured.frames, 0);
    clip_free(&c);
    motion_free(&m);
    skeleton_free(&s);
}

/* A dance of whirling joints, also of one frame: no crash, only rotations. */
static void any_dance_is_taken(void **state) {
    (void)state;
    const FeetOptions o = {.low = 9,
                           .high = 9,
                           .slow = 99,
                           .fast = 99,
                           .gap = 0.05,
                           .least = 0,
                           .fade = 0.1,
                           .wander = 9,
                           .reach = 0.995};
    for (size_t frames = 1; frames < 400; frames += 133) {
        Error err;
        Clip c;
        Skeleton s;
        make_clip(&c, &s, frames);
        assert_done(feet_clean(&c, &o, &err), &err);
        for (size_t k = 0; k < frames * 24; k++) {
            double r[9];
            rotation_nearest(c.body.rotations + 9 * k, r);
            for (size_t i = 0; i < 9; i++)
                assert_true(fabs(r[i] - c.body.rotations[9 * k + i]) < 1e-12);
        }
        clip_free(&c);
        skeleton_free(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standing_feet_stand),         cmocka_unit_test(the_body_stays_whole),
        cmocka_unit_test(what_does_not_stand_stays),   cmocka_unit_test(nothing_jumps),
        cmocka_unit_test(feet_meet_the_floor),         cmocka_unit_test(contacts_have_hysteresis),
        cmocka_unit_test(other_skeletons_are_refused), cmocka_unit_test(any_dance_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
