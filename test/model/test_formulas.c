/* Formulas of the method that have an answer of their own: latent frames, interpolation,
 * the seam, statistics, one step by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "lib/base/rng.h"
#include "lib/base/threads.h"
#include "model/banks/bank_init.h"
#include "model/train/statistics.h"
#include "model/train/trainer.h"
#include "test/lib/nn/one_sample.h"

/* --- latents --- */

/* Frames floor(i (l-1)/(n-1) + 1/2): for l = 120, n = 4 these are 0, 40, 79, 119; n = 3: 0, 60,
 * 119; n = 2: 0, 119. */
static void frames_of_latents(void **state) {
    (void)state;
    static const size_t due[6][5] = {
        {0}, {0}, {0, 119}, {0, 60, 119}, {0, 40, 79, 119}, {0, 30, 60, 89, 119}};
    double x[120];
    for (size_t t = 0; t < 120; t++) x[t] = (double)t;
    for (size_t n = 1; n <= 5; n++) {
        Config c = {.past = 120, .latents = n};
        One o;
        one_begin(&o, 120, 1);
        o.y = refine_sample(o.g, &c, o.x);
        const real *y = one_run(&o, x);
        assert_int_equal(graph_rows(o.g, o.y), n);
        if (n == 1) assert_true(fabs((double)y[0] - 59.5) < 1e-4); /* the mean */
        for (size_t i = 0; n > 1 && i < n; i++) assert_true(y[i] == (real)due[n][i]);
        for (size_t i = 0; n > 1 && i < n; i++)
            assert_true(due[n][i] == (size_t)floor((double)i * 119 / ((double)n - 1) + 0.5));
        one_end(&o);
    }
}

static void interpolation(void **state) {
    (void)state;
    for (size_t n = 1; n <= 5; n++) {
        One o;
        double x[5];
        Rng r = rng_seed(n);
        one_begin(&o, n, 1);
        o.y = op_interpolate_rows(o.g, o.x, 120);
        for (size_t i = 0; i < n; i++) x[i] = rng_normal(&r);
        const real *y = one_run(&o, x);
        assert_true(y[0] == (real)x[0] && y[119] == (real)x[n - 1]); /* the ends are exact */
        for (size_t t = 0; t < 120; t++) {
            double u = (double)t * ((double)n - 1) / 119,
                   i = floor(u) < (double)n - 1 ? floor(u) : (double)n - 2;
            double due = n == 1 ? x[0] : x[(size_t)i] + (u - i) * (x[(size_t)i + 1] - x[(size_t)i]);
            assert_true(fabs((double)y[t] - due) < 1e-6);
        }
        one_end(&o);
    }
}

static void seams_fade(void **state) {
    (void)state;
    One o;
    one_begin(&o, 1, 2);
    o.y = op_fade_row(o.g, o.x, 6, 4);
    const real *y = one_run(&o, (double[]){8, -4});
    static const real due[6] = {8, 6, 4, 2, 0, 0};
    for (size_t j = 0; j < 6; j++) assert_true(y[2 * j] == due[j] && y[2 * j + 1] == -due[j] / 2);
    one_end(&o);
}

/* --- a whole step --- */

static Config tiny(void) {
    return (Config){.motion_dim = 12,
                    .music_dim = 3,
                    .past = 9,
                    .future = 3,
                    .music = 12,
                    .keep = 3,
                    .predictor = {.width = 4, .heads = 2, .mlp = 6},
                    .bank = {.width = 6, .heads = 2, .mlp = 5},
                    .motion_layers = 1,
                    .music_layers = 1,
                    .cross_layers = 1,
                    .bank_layers = 1,
                    .items = 3,
                    .latents = 2,
                    .refine = REFINE_BANK,
                    .transit = true};
}

static void model_begin(Model *m, const Config *c, ModelKind kind) {
    static const char *const genres[2] = {"a", "b"};
    Error err;
    if (model_new(m, kind, c, genres, 2, true, &err) || params_allocate(&m->params, true, &err))
        fail_msg("%s", err.text);
    Rng r = rng_seed(4);
    for (size_t k = 0; k < m->params.total; k++) m->params.value[k] = (real)(0.3 * rng_normal(&r));
}

/* One step's future [3, 12] for a past of the given numbers, genre 1; recalled: added to eq. 5's
 * logits, for STEP_DRAWS. */
static void step_with(Model *m, const double *past, StepUse use, const double *recalled,
                      double *future) {
    Graph *g = graph_new(&m->params, 1);
    Step s = step_build(g, &m->config, use);
    Error err;
    if (graph_finish(g, NO_VALUE, &err)) fail_msg("%s", err.text);
    Rng r = rng_seed(8);
    for (size_t k = 0; k < 36; k++) graph_data(g, s.music)[k] = (real)rng_normal(&r);
    for (size_t k = 0; k < 9 * 12; k++) graph_data(g, s.past)[k] = (real)past[k];
    if (value_exists(s.genre)) graph_data(g, s.genre)[0] = 1;
    assert_int_equal(value_exists(s.recalled), use == STEP_DRAWS);
    for (size_t k = 0; use == STEP_DRAWS && k < m->config.items; k++)
        graph_data(g, s.recalled)[k] = (real)recalled[k];
    graph_forward(g, 1);
    for (size_t k = 0; k < 36; k++) future[k] = (double)graph_data(g, s.future)[k];
    graph_free(g);
}

static void step_of(Model *m, const double *past, double *future) {
    step_with(m, past, STEP_GENERATES, NULL, future);
}

static void random_past(double *past) {
    Rng r = rng_seed(6);
    for (size_t k = 0; k < 9 * 12; k++) past[k] = rng_normal(&r);
}

/* Where the dancer stands, and with --relative-heading which way, changes nothing but the same of
 * the answer. */
static void relative_placement(void **state) {
    (void)state;
    Config c = tiny();
    c.relative_root = c.relative_heading = c.residual = true;
    c.join = 2;
    c.smooth = 2;
    Model m;
    model_begin(&m, &c, KIND_MODEL);
    double past[108], moved[108], here[36], there[36], angle = 0.7, s = sin(angle), co = cos(angle);
    random_past(past);
    for (size_t t = 0; t < 9; t++) {
        double *x = past + 12 * t, *y = moved + 12 * t;
        memcpy(y, x, 12 * sizeof *y);
        y[0] = co * x[0] + s * x[2] + 3;
        y[2] = -s * x[0] + co * x[2] - 5;
        for (size_t k = 3; k < 6; k++) {
            y[k] = co * x[k] + s * x[k + 6];
            y[k + 6] = -s * x[k] + co * x[k + 6];
        }
    }
    step_of(&m, past, here);
    step_of(&m, moved, there);
    for (size_t t = 0; t < 3; t++) {
        const double *x = here + 12 * t, *y = there + 12 * t;
        assert_true(fabs(y[0] - (co * x[0] + s * x[2] + 3)) < 1e-5 && fabs(y[1] - x[1]) < 1e-5 &&
                    fabs(y[2] - (-s * x[0] + co * x[2] - 5)) < 1e-5);
        for (size_t k = 3; k < 6; k++)
            assert_true(fabs(y[k] - (co * x[k] + s * x[k + 6])) < 1e-5 &&
                        fabs(y[k + 6] - (-s * x[k] + co * x[k + 6])) < 1e-5);
    }
    model_free(&m);
}

/* With a head of zeros the residual predictor stands still: without RefineBank the answer is the
 * last past frame. */
static void residual_alone(void **state) {
    (void)state;
    Config c = tiny();
    c.refine = REFINE_NONE;
    c.transit = false;
    c.residual = c.standardise = true;
    Model m;
    model_begin(&m, &c, KIND_MODEL);
    memset(model_values(&m, "predictor.head.weight"), 0, 48 * sizeof(real));
    memset(model_values(&m, "predictor.head.bias"), 0, 12 * sizeof(real));
    for (size_t k = 0; k < 12; k++) model_values(&m, "motion.std")[k] = (real)(k + 1);
    for (size_t k = 0; k < 3; k++) model_values(&m, "music.std")[k] = 1;
    double past[108], future[36];
    random_past(past);
    step_of(&m, past, future);
    for (size_t k = 0; k < 36; k++) assert_true(fabs(future[k] - past[8 * 12 + k % 12]) < 1e-5);
    model_free(&m);
}

/* --gain: what generates moves that much further from the last past frame; training does not. */
static void gain_by_hand(void **state) {
    (void)state;
    Config plain = tiny(), louder = tiny();
    plain.join = louder.join = 2;
    louder.gain = 1.5;
    Model m, amplified;
    model_begin(&m, &plain, KIND_MODEL);
    model_begin(&amplified, &louder, KIND_MODEL);
    model_copy_shared(&amplified, &m);
    double past[108], as_predicted[36], found[36], trained[36];
    random_past(past);
    step_of(&m, past, as_predicted);
    step_of(&amplified, past, found);
    step_with(&amplified, past, STEP_TRAINS, NULL, trained);
    for (size_t k = 0; k < 36; k++) {
        double last = past[8 * 12 + k % 12];
        assert_true(fabs(found[k] - (last + 1.5 * (as_predicted[k] - last))) < 1e-5);
        assert_true(fabs(trained[k] - as_predicted[k]) < 1e-6);
    }
    model_free(&m);
    model_free(&amplified);
}

/* Eq. 2 in its parts: predict, append to the last l - K frames, refine, keep the last K; and the
 * join's shift of the seam, (1 - j/F) (past[-1] - refined[l-K-1]). */
static void steps_by_hand(void **state) {
    (void)state;
    for (size_t join = 0; join <= 3; join++) {
        Config c = tiny(), alone = tiny();
        Error err;
        c.join = join;
        alone.refine = REFINE_NONE;
        Model m, predictor_only;
        model_begin(&m, &c, KIND_MODEL);
        model_begin(&predictor_only, &alone, KIND_MODEL);
        model_copy_shared(&predictor_only, &m);
        double past[108], found[36], predicted[36];
        random_past(past);
        step_of(&m, past, found);
        step_of(&predictor_only, past, predicted);
        Graph *g = graph_new(&m.params, 1);
        Value window = graph_input(g, 9, 12), genre = graph_input(g, 1, 1),
              refined = refine_bank(g, &m.config, window, 0, genre, NO_VALUE).motion;
        graph_keep(g, refined);
        if (graph_finish(g, NO_VALUE, &err)) fail_msg("%s", err.text);
        for (size_t k = 0; k < 108; k++)
            graph_data(g, window)[k] = (real)(k < 72 ? past[36 + k] : predicted[k - 72]);
        graph_data(g, genre)[0] = 1;
        graph_forward(g, 1);
        const real *r = graph_data(g, refined);
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 12; k++) {
                double fade = j < join ? 1 - (double)j / (double)join : 0;
                double due =
                    (double)r[(6 + j) * 12 + k] + fade * (past[96 + k] - (double)r[5 * 12 + k]);
                assert_true(fabs(found[12 * j + k] - due) < 1e-5);
            }
        graph_free(g);
        model_free(&m);
        model_free(&predictor_only);
    }
}

/* Other genres' banks do not matter, the dance's own does. */
static void genres_have_banks_of_their_own(void **state) {
    (void)state;
    Config c = tiny();
    Model m;
    model_begin(&m, &c, KIND_MODEL);
    double past[108], one[36], two[36];
    random_past(past);
    step_of(&m, past, one);
    static const char *const banks[3] = {"bank.manifold", "bank.past", "bank.future"};
    for (int i = 0; i < 3; i++) {
        real *own = model_values(&m, banks[i]) + 18;
        for (size_t k = 0; k < 18; k++) model_values(&m, banks[i])[k] += 1;
        step_of(&m, past, two);
        assert_memory_equal(one, two, sizeof one);
        for (size_t k = 0; k < 18; k += 5) own[k] += 1;
        step_of(&m, past, two);
        assert_memory_not_equal(one, two, sizeof one);
        for (size_t k = 0; k < 18; k += 5) own[k] -= 1;
        for (size_t k = 0; k < 18; k++) model_values(&m, banks[i])[k] -= 1;
        step_of(&m, past, one);
    }
    model_free(&m);
}

/* Logits far above the others recall one item: as if all of the genre's were that one. Without
 * noise it is the step as ever, to the bit. */
static void a_single_item_is_recalled(void **state) {
    (void)state;
    enum { ITEMS = 3, WIDTH = 6 };
    Config c = tiny();
    Model m;
    model_begin(&m, &c, KIND_MODEL);
    double past[108], one[36], two[36];
    real *own = model_values(&m, "bank.future") + ITEMS * WIDTH;
    random_past(past);
    step_of(&m, past, one);
    const double nothing[ITEMS] = {0};
    step_with(&m, past, STEP_DRAWS, nothing, two);
    assert_memory_equal(one, two, sizeof one);
    for (size_t item = 0; item < ITEMS; item++) {
        real kept[ITEMS * WIDTH];
        double noise[ITEMS] = {0};
        noise[item] = 1e4;
        step_with(&m, past, STEP_DRAWS, noise, two);
        memcpy(kept, own, ITEMS * WIDTH * sizeof *own);
        for (size_t k = 0; k < ITEMS * WIDTH; k++) own[k] = kept[item * WIDTH + k % WIDTH];
        step_of(&m, past, one);
        for (size_t k = 0; k < 36; k++) assert_true(fabs(one[k] - two[k]) < 1e-5);
        memcpy(own, kept, ITEMS * WIDTH * sizeof *own);
    }
    model_free(&m);
}

/* --- around the training --- */

static void statistics_of_the_windows(void **state) {
    (void)state;
    Config c = tiny();
    c.standardise = true;
    float motion[15 * 12], music[20 * 3];
    Rng r = rng_seed(3);
    for (size_t k = 0; k < 15 * 12; k++)
        motion[k] = (float)(5 + rng_normal(&r) * (double)(k % 12)); /* dimension 0 never varies */
    for (size_t k = 0; k < 20 * 3; k++) music[k] = (float)(rng_normal(&r) * (double)(k % 3));
    Sequence s = {.motion = motion, .music = music, .frames = 15, .music_frames = 20};
    Model m;
    Error err;
    model_begin(&m, &c, KIND_MODEL);
    assert_int_equal(train_statistics(&m, &(Corpus){&s, 1, 12, 3}, &err), 0);
    for (size_t k = 0; k < 12; k++) { /* windows of 9 frames at 0, 3, 6 */
        double mean = 0, var = 0;
        for (size_t w = 0; w < 9; w += 3)
            for (size_t t = 0; t < 9; t++) mean += (double)motion[(w + t) * 12 + k] / 27;
        for (size_t w = 0; w < 9; w += 3)
            for (size_t t = 0; t < 9; t++)
                var += pow((double)motion[(w + t) * 12 + k] - mean, 2) / 27;
        assert_true(fabs((double)model_values(&m, "motion.mean")[k] - mean) < 1e-5);
        assert_true(fabs((double)model_values(&m, "motion.std")[k] - fmax(sqrt(var), 0.01)) < 1e-5);
    }
    for (size_t k = 0; k < 3; k++) {
        double mean = 0, var = 0;
        for (size_t t = 0; t < 20; t++) mean += (double)music[t * 3 + k] / 20;
        for (size_t t = 0; t < 20; t++) var += pow((double)music[t * 3 + k] - mean, 2) / 20;
        assert_true(fabs((double)model_values(&m, "music.mean")[k] - mean) < 1e-5);
        assert_true(fabs((double)model_values(&m, "music.std")[k] - fmax(sqrt(var), 0.001)) < 1e-5);
    }
    model_free(&m);
}

/* Items start as the mean encoder output of each centre; keys and values are the halves of what the
 * items decode to. */
static void banks_by_hand(void **state) {
    (void)state;
    Config c = tiny();
    Model m;
    Error err;
    model_begin(&m, &c, KIND_BANK);
    float *centers[2] = {malloc(3 * 108 * sizeof(float)), malloc(3 * 108 * sizeof(float))};
    Rng r = rng_seed(12);
    for (int g = 0; g < 2; g++)
        for (size_t k = 0; k < 3 * 108; k++) centers[g][k] = (float)rng_normal(&r);
    assert_int_equal(bank_initialise(&m, (const float *const *)centers, &err), 0);
    assert_int_equal(bank_derive_transit(&m, &err), 0);
    Graph *g = graph_new(&m.params, 1);
    Value motion = graph_input(g, 9, 12), item = graph_input(g, 2, 6), half = graph_input(g, 4, 12);
    Value z = refine_encode(g, &c, motion), decoded = refine_decode(g, &c, item, 0),
          halved = refine_encode(g, &c, half);
    graph_keep(g, z);
    graph_keep(g, decoded);
    graph_keep(g, halved);
    if (graph_finish(g, NO_VALUE, &err)) fail_msg("%s", err.text);
    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 108; k++) graph_data(g, motion)[k] = centers[i / 3][i % 3 * 108 + k];
        for (size_t k = 0; k < 12; k++)
            graph_data(g, item)[k] = model_values(&m, "bank.manifold")[i * 6 + k % 6];
        graph_forward(g, 1);
        for (size_t k = 0; k < 6; k++) {
            double mean = 0;
            for (size_t t = 0; t < 9; t++) mean += (double)graph_data(g, z)[t * 6 + k] / 9;
            assert_true(fabs((double)model_values(&m, "bank.manifold")[i * 6 + k] - mean) < 1e-5);
        }
        for (int part = 0; part < 2; part++) { /* frames 0..3 and 5..8 of 9 */
            for (size_t k = 0; k < 48; k++)
                graph_data(g, half)[k] = graph_data(g, decoded)[(part ? 60 : 0) + k];
            graph_forward(g, 1);
            for (size_t k = 0; k < 6; k++) {
                double mean = 0;
                for (size_t t = 0; t < 4; t++) mean += (double)graph_data(g, halved)[t * 6 + k] / 4;
                assert_true(
                    fabs((double)model_values(&m, part ? "bank.future" : "bank.past")[i * 6 + k] -
                         mean) < 1e-5);
            }
        }
    }
    graph_free(g);
    free(centers[0]);
    free(centers[1]);
    model_free(&m);
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_latents),
        cmocka_unit_test(interpolation),
        cmocka_unit_test(seams_fade),
        cmocka_unit_test(relative_placement),
        cmocka_unit_test(residual_alone),
        cmocka_unit_test(gain_by_hand),
        cmocka_unit_test(steps_by_hand),
        cmocka_unit_test(genres_have_banks_of_their_own),
        cmocka_unit_test(a_single_item_is_recalled),
        cmocka_unit_test(statistics_of_the_windows),
        cmocka_unit_test(banks_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
