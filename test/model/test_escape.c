/* Loops that are found and left, by hand: two joints, steps of two frames. */
#include "test/scratch.h"

#include <math.h>

#include "model/escape.h"

enum { D = 3 + 9 * 2, STEP = 2, PAST = 3, FRAMES = PAST + 7 * STEP };

typedef struct {
    float motion[FRAMES * D];
    real mean[D], std[D];
    Escape escape;
} Trial;

/* Frames that differ from each other by a standard deviation, in every column. */
static void begin(Trial *t) {
    for (size_t i = 0; i < FRAMES * D; i++) t->motion[i] = (float)(2 * (i / D) + i % D);
    for (size_t k = 0; k < D; k++) {
        t->mean[k] = (real)(100 + k);
        t->std[k] = 2;
    }
    t->escape = (Escape){.mean = t->mean, .std = t->std, .share = 0.25};
}

static float *frame(Trial *t, size_t at) { return t->motion + at * D; }

/* The frames from the last one's `count` on are those `period` frames before, but for `off`. */
static void repeat(Trial *t, size_t count, size_t period, float off) {
    for (size_t at = FRAMES - count; at < FRAMES; at++)
        for (size_t k = 0; k < D; k++) frame(t, at)[k] = frame(t, at - period)[k] + off;
}

static bool look(Trial *t) { return escape_loop(&t->escape, t->motion, D, PAST, FRAMES, STEP); }

/* The newest step is what it was, moved towards the mean by half of `share` and by `share`. */
static void moved(Trial *t, const Trial *before, double share) {
    for (size_t at = 0; at < FRAMES; at++)
        for (size_t k = 0; k < D; k++) {
            double was = (double)before->motion[at * D + k], by = 0;
            bool placed = k < 12 && k != 1; /* where it stands and faces */
            if (at + STEP >= FRAMES && !placed)
                by = share * (double)(at - (FRAMES - STEP) + 1) / STEP;
            const double due = was + by * ((double)t->mean[k] - was);
            if (!(fabs((double)frame(t, at)[k] - due) < 1e-4))
                fail_msg("frame %zu, column %zu: %g, not %g", at, k, (double)frame(t, at)[k], due);
        }
}

static void dances_that_go_on(void **state) {
    (void)state;
    Trial t, before;
    begin(&t);
    before = t;
    assert_false(look(&t));
    repeat(&t, 2 * STEP - 1, STEP, 0); /* a frame less than two repetitions */
    before = t;
    assert_false(look(&t));
    begin(&t);
    repeat(&t, 2 * STEP, STEP, 0.041f); /* 0.0205 standard deviations */
    before = t;
    assert_false(look(&t));
    moved(&t, &before, 0);
}

static void loops_of_one_step_and_more(void **state) {
    (void)state;
    static const struct {
        size_t count, period;
        double share;
    } cases[] = {
        {2 * STEP, STEP, 0.25},     {3 * STEP, STEP, 0.5},
        {3 * STEP + 1, STEP, 0.5},  {6 * STEP, STEP, 1}, /* 1.25, if it could be more than all */
        {4 * STEP, 2 * STEP, 0.25},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Trial t, before;
        begin(&t);
        repeat(&t, cases[i].count, cases[i].period, i == 0 ? 0.039f : 0);
        before = t;
        assert_true(look(&t));
        moved(&t, &before, cases[i].share);
    }
    Trial t;
    begin(&t);
    repeat(&t, 3 * STEP, STEP, 0);
    assert_false(escape_loop(&t.escape, t.motion, D, FRAMES - 2 * STEP, FRAMES, STEP)); /* seed */
}

/* Mean bodies face straight ahead; here the dancer faces left (sine 1), bent over. */
static void tilts_are_righted(void **state) {
    (void)state;
    static const float bent[9] = {0, 1, 0, 0, 0, -1, -1, 0, 0}; /* R[0][2] = 0, R[2][2] = 0 */
    static const float turned[9] = {0, 0, 1, 0, 1, 0, -1, 0, 0};
    static const real upright[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    Trial t;
    begin(&t);
    t.escape.heading = true;
    for (size_t k = 0; k < 9; k++) t.mean[3 + k] = upright[k];
    for (int facing = 0; facing < 2; facing++) {
        for (size_t at = 0; at < FRAMES; at++)
            memcpy(frame(&t, at) + 3, facing ? turned : bent, sizeof bent);
        repeat(&t, 2 * STEP, STEP, 0);
        assert_true(look(&t));
        const float *last = frame(&t, FRAMES - 1), *before = frame(&t, FRAMES - 1 - STEP);
        for (size_t k = 0; k < 9; k++) {
            /* bent: no heading to be seen, taken as straight ahead; turned: upright already */
            const float to = facing ? turned[k] : (float)upright[k];
            assert_float_equal(last[3 + k], (facing ? turned : bent)[k] * 0.75f + to * 0.25f, 1e-6);
        }
        assert_true(last[0] == before[0] && last[2] == before[2]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dances_that_go_on),
        cmocka_unit_test(loops_of_one_step_and_more),
        cmocka_unit_test(tilts_are_righted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
