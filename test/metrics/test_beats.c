/* Minima, kinematic beats and beat alignment against SciPy's and published implementations' values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/formats/tensor_file.h"
#include "metrics/beat_score.h"

#include <cmocka.h>

#include "test/metrics/near.h"

static void minima_are_scipys(void **state) {
    (void)state;
    static const char *const names[] = {"sine",
                                        "noise",
                                        "constant",
                                        "plateau",
                                        "two_equal_minima",
                                        "minimum_at_start",
                                        "minimum_at_frame_3",
                                        "short",
                                        "freeze"};
    Tensors set;
    Error err;
    if (tensor_file_read("test/golden/metrics/minima.npz", &set, &err)) fail_msg("%s", err.text);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char speed[40], minima[40];
        snprintf(speed, sizeof speed, "%s.speed", names[i]);
        snprintf(minima, sizeof minima, "%s.minima", names[i]);
        const Tensor *v = tensors_need(&set, speed, &err), *want = tensors_need(&set, minima, &err);
        if (!v || !want) fail_msg("%s", err.text);
        size_t *out = calloc(v->shape[0], sizeof *out),
               n = beats_local_minima(tensor_f64(v), v->shape[0], 10, out);
        assert_int_equal(n, want->shape[0]);
        for (size_t k = 0; k < n; k++) assert_int_equal(out[k], tensor_i64(want)[k]);
        free(out);
    }
    tensors_free(&set);
}

/* scipy.ndimage.gaussian_filter([3, 1, 4, 1, 5, 9, 2, 6], sigma): with sigma 5 the kernel is longer
 * than the signal. */
static void smoothing_is_scipys(void **state) {
    (void)state;
    const double x[8] = {3, 1, 4, 1, 5, 9, 2, 6};
    const struct {
        double sigma, y[8];
    } cases[] = {{1.5,
                  {2.437401097844341, 2.51289999530159, 2.8301523821123693, 3.532164826233763,
                   4.44191387087346, 5.045627053779959, 5.1424697035600495, 5.057371070294469}},
                 {5,
                  {3.613228072652939, 3.6532334751263007, 3.7268494979965796, 3.823090761718312,
                   3.927161096753161, 4.023173534832946, 4.096747784426546, 4.13651577649322}}};
    for (size_t i = 0; i < 2; i++) {
        double y[8];
        beats_gaussian_smooth(x, 8, cases[i].sigma, y);
        for (size_t t = 0; t < 8; t++) near(y[t], cases[i].y[t], 1e-12);
    }
}

static void alignment_by_hand(void **state) {
    (void)state;
    const double music[] = {10, 40, 100}, dance[] = {4, 13, 39, 70, 200};
    double want = (exp(-36 / 18.0) + exp(-9 / 18.0) + exp(-1 / 18.0) + exp(-900 / 18.0) +
                   exp(-10000 / 18.0)) /
                  5;
    near(beat_align(dance, 5, music, 3, 3), want, 1e-14);
    want = (exp(-9 / 18.0) + exp(-1 / 18.0) + exp(-900 / 18.0)) / 3;
    near(beat_align(music, 3, dance, 5, 3), want, 1e-14);
    near(beat_align((const double[]){13}, 1, (const double[]){10}, 1, 3), 0.6065306663513184,
         1e-7); /* the reference's float32 */
    near(beat_align((const double[]){13}, 1, (const double[]){10.5, 16}, 2, 3), exp(-6.25 / 18),
         1e-15); /* beats need not lie on frames */
    near(beat_align(music, 3, music, 3, 0.1), 1, 0);
    near(beat_align(dance, 0, music, 3, 3), 0, 0);
    assert_true(isnan(beat_align(dance, 5, music, 0, 3)));
}

/* Against sums over many places of what one beat there gets, and where no beat is near another or
 * an end, in closed form: sigma sqrt(2 pi) for each of m beats. */
static void chance_is_the_mean_over_all_places(void **state) {
    (void)state;
    static const struct {
        size_t m;
        double to[3], first, end, sigma;
    } cases[] = {{3, {10, 40, 100}, 0, 120, 3},
                 {3, {10, 40, 100}, 35, 90, 20},
                 {2, {-5, 3}, 0, 60, 4},
                 {1, {70}, 0, 60, 4},
                 {1, {12.5}, 12, 13, 0.1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum { PLACES = 100000 };
        double sum = 0, length = cases[i].end - cases[i].first;
        for (size_t k = 0; k < PLACES; k++) {
            double place = cases[i].first + ((double)k + 0.5) * length / PLACES;
            sum += beat_align(&place, 1, cases[i].to, cases[i].m, cases[i].sigma);
        }
        near(beat_chance(cases[i].to, cases[i].m, cases[i].first, cases[i].end, cases[i].sigma),
             sum / PLACES, 1e-8);
    }
    near(beat_chance((const double[]){50, 150}, 2, 0, 200, 3), 2 * 3 * 2.5066282746310002 / 200,
         1e-12);
    near(beat_chance(NULL, 0, 0, 200, 3), 0, 0);
}

typedef struct {
    Motion m;
    Skeleton s;
    float beats[120];
} Dance;

static const BeatOptions fact = {.order = 10, .sigma = 3}, bailando = {.from_music = true,
                                                                       .with_seed = true,
                                                                       .forward = true,
                                                                       .smooth = 5,
                                                                       .order = 1,
                                                                       .sigma = 3};

static Dance dance(void) {
    Dance d = {.beats = {[27] = 1, [61] = 1}};
    Error err;
    if (motion_read("test/golden/metrics/dance.npz", &d.m, &err) || skeleton_smpl(&d.s, &err))
        fail_msg("%s", err.text);
    return d;
}

/* beat_score of a motion. */
static int score_of(const Motion *m, const Skeleton *s, const float *beats, size_t frames,
                    const BeatOptions *o, BeatScore *out, Error *err) {
    PoseTrack b;
    double music[120];
    size_t count = 0;
    for (size_t t = 0; t < frames; t++)
        if (beats[t] != 0) music[count++] = (double)t;
    if (pose_track_new(&b, m, 0, m->frames, s, err)) return -1;
    int status = beat_score(&b, (size_t)m->seed_frames, music, count, o, out, err);
    pose_track_free(&b);
    return status;
}

static void dance_free(Dance *d) {
    motion_free(&d->m);
    skeleton_free(&d->s);
}

/* Values of the fork of mint and of Bailando for this motion and beats at 27 and 61. */
static void a_dance_has_the_published_scores(void **state) {
    (void)state;
    Dance d = dance();
    double *p = malloc(3 * d.m.frames * d.m.joints * sizeof *p);
    motion_joints(&d.m, &d.s, p);
    size_t *beats, n;
    Error err;
    assert_int_equal(
        beats_kinematic(p, d.m.frames, d.m.joints, &(BeatStyle){.order = 10}, &beats, &n, &err), 0);
    const size_t want[] = {24, 41, 58, 78};
    assert_int_equal(n, 4);
    assert_memory_equal(beats, want, sizeof want);
    free(beats);
    assert_int_equal(
        beats_kinematic(p, d.m.frames, d.m.joints, &(BeatStyle){true, 5, 1}, &beats, &n, &err), 0);
    const size_t smooth[] = {24, 56};
    assert_int_equal(n, 2);
    assert_memory_equal(beats, smooth, sizeof smooth);
    free(beats);
    free(p);
    BeatScore score;
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &fact, &score, &err), 0);
    near(score.score, 0.30327001214027405, 1e-7);
    near(score.chance, beat_chance((const double[]){27, 61}, 2, 0, 80, 3), 0);
    assert_int_equal(score.kinematic, 4);
    assert_int_equal(score.music, 2);
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &bailando, &score, &err), 0);
    near(score.score, 0.42794143424496484, 1e-12);
    near(score.chance, beat_chance((const double[]){24, 56}, 2, 0, 80, 3), 0);
    dance_free(&d);
}

static void seed_and_end(void **state) {
    (void)state;
    Dance d = dance();
    BeatScore score;
    Error err;
    d.m.seed_frames = 30; /* beats 41, 58, 78 against 61 */
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &fact, &score, &err), 0);
    assert_int_equal(score.kinematic, 3);
    near(score.score, (exp(-400 / 18.0) + exp(-9 / 18.0) + exp(-289 / 18.0)) / 3, 1e-12);
    d.beats[81] = 1; /* after the motion: a kinematic beat may be nearest to it, but a mean over
                        music beats leaves it out */
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 120, &fact, &score, &err), 0);
    near(score.score, (exp(-400 / 18.0) + exp(-9 / 18.0) + exp(-9 / 18.0)) / 3, 1e-12);
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 120, &bailando, &score, &err), 0);
    near(score.score, 0.42794143424496484, 1e-12);
    d.m.seed_frames = 79; /* no kinematic beat is left */
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 120, &fact, &score, &err), 0);
    assert_int_equal(score.kinematic, 0);
    near(score.score, 0, 0);
    near(score.chance, 0, 0);
    dance_free(&d);
}

/* A lag is what moving the music's beats by it gives. */
static void lags_move_the_music(void **state) {
    (void)state;
    enum { LAGS = 25 };
    const BeatOptions *const styles[] = {&fact, &bailando};
    Dance d = dance();
    d.m.seed_frames = 20;
    for (size_t style = 0; style < 2; style++) {
        BeatOptions o = *styles[style];
        BeatScore all, one;
        Error err;
        o.lags = LAGS;
        assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &o, &all, &err), 0);
        near(all.by_lag[LAGS], all.score, 0);
        o.lags = 0;
        for (size_t k = 0; k <= 2 * LAGS; k++) {
            float moved[120] = {0};
            moved[27 + k - LAGS] = moved[61 + k - LAGS] = 1;
            assert_int_equal(score_of(&d.m, &d.s, moved, 120, &o, &one, &err), 0);
            near(all.by_lag[k], one.score, 1e-15);
            assert_null(one.by_lag);
        }
        beat_score_free(&all);
    }
    dance_free(&d);
}

/* The only beat is after the seed, and not when it is earlier. */
static void a_lag_without_a_beat_has_no_score(void **state) {
    (void)state;
    Dance d = dance();
    BeatScore score;
    BeatOptions o = fact;
    Error err;
    o.lags = 2;
    d.m.seed_frames = 60;
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &o, &score, &err), 0);
    assert_true(isnan(score.by_lag[0]) && !isnan(score.by_lag[1]) && !isnan(score.by_lag[4]));
    beat_score_free(&score);
    dance_free(&d);
}

static void what_has_no_score_is_refused(void **state) {
    (void)state;
    Dance d = dance();
    BeatScore score;
    Error err;
    d.m.seed_frames = 70;
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &fact, &score, &err), -1);
    assert_non_null(strstr(err.text, "no beat after the seed"));
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 20, &bailando, &score, &err),
                     -1); /* music that ends before its first beat */
    d.m.seed_frames = (int64_t)d.m.frames;
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &fact, &score, &err), -1);
    d.m.seed_frames = 0;
    d.s.joints = 23;
    assert_int_equal(score_of(&d.m, &d.s, d.beats, 80, &fact, &score, &err), -1);
    dance_free(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minima_are_scipys),
        cmocka_unit_test(smoothing_is_scipys),
        cmocka_unit_test(alignment_by_hand),
        cmocka_unit_test(chance_is_the_mean_over_all_places),
        cmocka_unit_test(lags_move_the_music),
        cmocka_unit_test(a_lag_without_a_beat_has_no_score),
        cmocka_unit_test(a_dance_has_the_published_scores),
        cmocka_unit_test(seed_and_end),
        cmocka_unit_test(what_has_no_score_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
