/* Gains against those worked by hand, of a model that makes the same movement whatever it sees:
 * each step it goes on by b[k] in column k, at once, and rests. */
#include "test/scratch.h"

#include <math.h>

#include "model/generate.h"
#include "model/train/fit_gain.h"
#include "test/model/small_models.h"

enum { JOINTS = 3, D = 3 + 9 * JOINTS, L = 4, K = 3, M = 8, MUSIC = 2, FRAMES = L + 5 * K };
enum { DANCES = 70 }; /* more than are looked at */

typedef struct {
    Model model;
    float motion[FRAMES * D], music[FRAMES * MUSIC];
    Sequence sequences[DANCES];
    Corpus corpus;
} Trial;

static void begin(Trial *t) {
    Config c = small_config(REFINE_NONE);
    c.motion_dim = D;
    c.music_dim = MUSIC;
    c.past = L;
    c.future = c.keep = K;
    c.music = M;
    c.transit = false;
    c.residual = c.joint_gains = true;
    const char *genre = "a";
    Error err;
    *t = (Trial){0};
    assert_done(model_new(&t->model, KIND_MODEL, &c, &genre, 1, false, &err), &err);
    assert_done(params_allocate(&t->model.params, true, &err), &err);
    for (size_t i = 0; i < DANCES; i++)
        t->sequences[i] = (Sequence){
            .motion = t->motion, .music = t->music, .frames = FRAMES, .music_frames = FRAMES};
    t->corpus = (Corpus){t->sequences, DANCES, D, MUSIC};
}

static double gain_of(const Trial *t, size_t column) {
    return (double)model_values(&t->model, "motion.gain")[column];
}

static void end(Trial *t) { model_free(&t->model); }

/* In the data column k moves by v[k] a frame: v[k]^2 K a step, where the model has (g b[k])^2. Of
 * what the logarithm of the gain is off by, each round leaves the share 1 - 2 * 0.3. */
static double due(double v, double b) {
    double at_last = log(v * sqrt(K) / b);
    return exp(at_last * (1 - pow(0.4, GAIN_ROUNDS)));
}

static void on_dances(void *user, size_t done, size_t total) {
    size_t *seen = user;
    assert_true(done > seen[0] && done <= total);
    seen[0] = done;
    seen[1] = total;
}

static void gains_by_hand(void **state) {
    (void)state;
    static Trial t;
    GainFit fit;
    Error err;
    begin(&t);
    real *b = model_values(&t.model, "predictor.head.bias");
    for (size_t k = 0; k < D; k++) b[k] = (real)0.1;
    for (size_t k = 21; k < D; k++) b[k] = (real)0.01;
    double v[D] = {0};
    v[0] = 0.06;
    v[2] = 0.08; /* the floor: 0.1 in two columns whose model moves by 0.1 each */
    v[1] = 0.05;
    for (size_t k = 3; k < 12; k++) v[k] = 0.09;
    for (size_t k = 21; k < D; k++) v[k] = 0.1; /* more than a gain can do */
    for (size_t i = 0; i < FRAMES * D; i++) t.motion[i] = (float)(1 + (double)(i / D) * v[i % D]);
    size_t seen[2] = {0};
    assert_done(fit_gain(&t.model, &t.corpus, on_dances, seen, &fit, &err), &err);
    assert_true(seen[0] == GAIN_DANCES * GAIN_ROUNDS && seen[1] == seen[0]);
    assert_int_equal(fit.dances, GAIN_DANCES);
    const double floor_due = due(0.1, 0.1 * sqrt(2));
    assert_float_equal(gain_of(&t, 0), floor_due, 1e-4);
    assert_float_equal(gain_of(&t, 2), floor_due, 1e-4);
    assert_float_equal(gain_of(&t, 1), due(0.05, 0.1), 1e-4);
    for (size_t k = 3; k < 12; k++) assert_float_equal(gain_of(&t, k), due(0.09, 0.1), 1e-4);
    for (size_t k = 12; k < 21; k++) assert_true(gain_of(&t, k) == 1); /* at rest in the data */
    for (size_t k = 21; k < D; k++) assert_true(gain_of(&t, k) == 2);
    assert_float_equal(fit.floor, floor_due, 1e-4);
    assert_float_equal(fit.height, due(0.05, 0.1), 1e-4);
    assert_float_equal(fit.least, 1, 1e-4);
    assert_true(fit.most == 2);
    end(&t);
}

/* A gain asked for takes the place of the fitted ones. */
static void gains_in_generation(void **state) {
    (void)state;
    static const double asked[] = {0, 0.25}, made[] = {1.5, 0.25};
    static Trial t;
    Error err;
    begin(&t);
    for (size_t k = 0; k < D; k++) {
        model_values(&t.model, "predictor.head.bias")[k] = 1;
        model_values(&t.model, "motion.gain")[k] = (real)1.5;
    }
    for (size_t i = 0; i < 2; i++) {
        Generator *g;
        assert_done(generator_new(&g, &t.model, 1, K, asked[i], &err), &err);
        GenerationJob dance = {.motion = t.motion,
                               .frames = FRAMES,
                               .music = t.music,
                               .music_frames = FRAMES,
                               .song = ""};
        memset(t.motion, 0, L * D * sizeof *t.motion);
        assert_done(generator_run(g, &dance, 1, NULL, NULL, &err), &err);
        for (size_t at = L; at < FRAMES; at++)
            assert_float_equal(t.motion[at * D], (float)(made[i] * (double)((at - L) / K + 1)),
                               1e-6);
        generator_free(g);
    }
    end(&t);
}

static void refused(Trial *t, const char *part) {
    GainFit fit;
    Error err;
    model_values(&t->model, "motion.gain")[5] = 7;
    assert_int_equal(fit_gain(&t->model, &t->corpus, NULL, NULL, &fit, &err), -1);
    if (!strstr(err.text, part)) fail_msg("'%s' does not say '%s'", err.text, part);
    for (size_t k = 0; k < D; k++) assert_true(gain_of(t, k) == 1);
}

static void what_cannot_be_fitted(void **state) {
    (void)state;
    static Trial t;
    begin(&t);
    real *b = model_values(&t.model, "predictor.head.bias");
    for (size_t i = 0; i < FRAMES * D; i++) t.motion[i] = (float)(i / D);
    refused(&t, "do not move");
    b[4] = (real)NAN;
    refused(&t, "no longer finite");
    for (size_t i = 0; i < DANCES; i++) t.sequences[i].frames = L + K;
    refused(&t, "no dance is longer than 7 frames");
    end(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gains_by_hand),
        cmocka_unit_test(gains_in_generation),
        cmocka_unit_test(what_cannot_be_fitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
