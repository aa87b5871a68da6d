/* The networks and each stage's loss: gradients against central differences, in every variant and
 * with every aid.
 *
 * Straight-through estimation and stopped gradients are no derivatives of the loss. Where they
 * occur, the differences are taken of a surrogate written here, in which what must not be
 * differentiated is a constant; it has the loss's value at the point itself. */
#include "model/home.h"
#include "model/networks.h"
#include "model/predictors/predictors.h"
#include "model/train/losses.h"
#include "test/lib/nn/gradient.h"

enum { MOST = 2, NONE = 0 }; /* single elements of a tensor; a random direction is always checked */
#include "test/model/small_models.h"

static const RowRange wanted[] = {{0}, {1, 3, NULL}, {0, 2, (const size_t[]){0, 4}}, {4, 1, NULL}};
enum { WAYS = sizeof wanted / sizeof *wanted };

static Value record_transformer(Fixture *f) {
    return transformer_blocks(f->g, fixture_input(f, 5, 5), "t", 2,
                              (Dims){.width = 5, .heads = 2, .mlp = 3}, *(const RowRange *)f->user);
}

static void transformers(void **state) {
    (void)state;
    for (size_t i = 0; i < WAYS; i++) {
        RowRange rows = wanted[i];
        Fixture f = {.spread = spread, .user = &rows};
        fixture_begin(&f, record_transformer, false);
        check_fixture(&f, MOST);
        fixture_end(&f);
    }
}

/* The rows that are wanted are those of the whole result. */
static void wanted_rows(void **state) {
    (void)state;
    for (size_t layers = 0; layers < 3; layers++)
        for (size_t i = 1; i < WAYS; i++) {
            enum { ROWS = 5, WIDTH = 6 };
            const Dims d = {.width = WIDTH, .heads = 4, .mlp = 3};
            Params params = {0};
            Error err;
            for (int allocated = 0; allocated < 2; allocated++) {
                Graph *g = graph_new(&params, 2);
                Value x = graph_input(g, ROWS, WIDTH),
                      all = transformer_blocks(g, x, "t", layers, d, all_rows),
                      some = transformer_blocks(g, x, "t", layers, d, wanted[i]);
                graph_keep(g, all);
                graph_keep(g, some);
                assert_int_equal(graph_rows(g, some), wanted[i].count);
                assert_int_equal(graph_check(g, &err), 0);
                if (!allocated)
                    assert_int_equal(params_allocate(&params, false, &err), 0);
                else {
                    Rng r = rng_seed(i);
                    params_initialise(&params, &r);
                    assert_int_equal(graph_finish(g, NO_VALUE, &err), 0);
                    for (size_t k = 0; k < 2 * ROWS * WIDTH; k++)
                        graph_data(g, x)[k] = (real)rng_normal(&r);
                    graph_forward(g, 2);
                    for (size_t b = 0; b < 2; b++)
                        for (size_t n = 0; n < wanted[i].count; n++)
                            for (size_t k = 0; k < WIDTH; k++) {
                                size_t row =
                                    wanted[i].list ? wanted[i].list[n] : wanted[i].first + n;
                                double due =
                                    (double)graph_data(g, all)[(b * ROWS + row) * WIDTH + k];
                                assert_true(
                                    fabs((double)graph_data(
                                             g, some)[(b * wanted[i].count + n) * WIDTH + k] -
                                         due) < 1e-12);
                            }
                }
                graph_free(g);
            }
            params_free(&params);
        }
}

static Value record_refine(Fixture *f) {
    const Config *c = f->user;
    Value motion = fixture_input(f, c->past, c->motion_dim), genre = NO_VALUE;
    if (c->refine == REFINE_BANK) genre = fixture_genre(f, GENRES);
    Value eps = c->refine == REFINE_VAE ? graph_input(f->g, c->latents, c->bank.width) : NO_VALUE;
    return refine_bank(f->g, c, motion, 0, genre, eps).motion;
}

static void refine_banks(void **state) {
    (void)state;
    static const Refine smooth_variants[] = {REFINE_BANK, REFINE_AE, REFINE_VAE};
    for (int i = 0; i < 3; i++)
        for (size_t latents = 1; latents <= 5; latents += 2) {
            Config c = small_config(smooth_variants[i]);
            c.latents = latents;
            Fixture f = {.user = &c, .spread = spread};
            fixture_begin(&f, record_refine, false);
            if (c.refine == REFINE_VAE)
                params_set_trainable(&f.params, "refine.encoder.logvar",
                                     false); /* its noise is zero here */
            check_fixture(&f, latents == 3 ? MOST : NONE);
            fixture_end(&f);
        }
}

static Value record_transit(Fixture *f) {
    const Config *c = f->user;
    Value past = fixture_input(f, c->past, c->motion_dim);
    return transit_bank(f->g, c, past, fixture_genre(f, GENRES), NO_VALUE);
}

/* The predictor that the configuration names, with everything that it takes. One that feeds itself
 * is given true frames: no gradient passes through its own ones. */
static Value record_predictor(Fixture *f) {
    const Config *c = f->user;
    const Predictor *p = predictor_at(c->predictor_id);
    PredictorInputs in = {0};
    if (p->outright) { /* classes of it: no gradient passes */
        in.past = graph_input(f->g, c->past, c->motion_dim);
        fixture_adopt(f, in.past, true);
    } else {
        in.past = fixture_input(f, c->past, c->motion_dim);
    }
    if (p->uses & USES_MUSIC) in.music = fixture_input(f, c->music, c->music_dim);
    if (c->transit) in.prior = fixture_input(f, c->future, c->predictor.width);
    if (c->home) in.home = fixture_input(f, 1, HOME_NUMBERS);
    if (p->noise_shape) {
        size_t cols = 0, rows = p->noise_shape(c, &cols);
        in.noise = graph_input(f->g, rows, cols); /* zeros */
    }
    if (p->feeds_itself) {
        in.truth = graph_input(f->g, c->future, c->motion_dim);
        fixture_adopt(f, in.truth, true);
        f->genres = 5; /* its numbers are 0 to 4 */
        in.given = op_slice_rows(f->g, op_slice_columns(f->g, in.past, 0, 1), 0, c->future);
    }
    return p->build(f->g, c, &in).future;
}

static Value record_step(Fixture *f) {
    const Config *c = f->user;
    Step s = step_build(f->g, c, STEP_TRAINS);
    fixture_adopt(f, s.past, false);
    fixture_adopt(f, s.music, false);
    fixture_adopt(f, s.genre, true);
    if (value_exists(s.home)) fixture_adopt(f, s.home, false);
    if (value_exists(s.genre)) f->genres = GENRES;
    if (value_exists(s.eps)) fixture_adopt(f, s.eps, true);
    return s.future;
}

static void check_with(const Config *c, Recorder record) {
    bool kinks = c->predictor_id != 0; /* FACT's activations are smooth */
    Fixture f = {.user = c, .spread = spread, .kinks = kinks};
    fixture_begin(&f, record, false);
    params_set_trainable(&f.params, "motion.", false); /* statistics are constants */
    params_set_trainable(&f.params, "music.", false);
    params_set_trainable(&f.params, "predictor.bins.", false);
    check_fixture(&f, NONE);
    fixture_end(&f);
}

static void transit_banks(void **state) {
    (void)state;
    Config c = small_config(REFINE_BANK), scaled = aided_config(REFINE_BANK);
    check_with(&c, record_transit);
    check_with(&scaled, record_transit);
}

static void predictors(void **state) {
    (void)state;
    for (int id = 0; predictor_registry[id]; id++)
        for (int transit = 0; transit < 2; transit++) {
            Config c = small_config(REFINE_BANK);
            small_predictor(&c, id);
            c.transit = transit;
            check_with(&c, record_predictor);
            if (!(predictor_at(id)->uses & USES_HOME)) continue;
            c.home = true;
            check_with(&c, record_predictor);
        }
}

/* By the inputs too; stage 3 checks the weights in every variant. */
static void steps(void **state) {
    (void)state;
    Config c = aided_config(REFINE_BANK), without = aided_config(REFINE_NONE);
    without.transit = false;
    c.relative_heading = without.relative_heading =
        false; /* the heading's own gradient is not computed: the past is data */
    check_with(&c, record_step);
    check_with(&without, record_step);
    c.home = without.home = true;
    check_with(&c, record_step);
    check_with(&without, record_step);
}

static void each_aid_alone(void **state) {
    (void)state;
    for (int aid = 0; aid < 6; aid++) {
        Config c = small_config(REFINE_BANK);
        c.residual = aid == 0;
        c.relative_root = aid == 1;
        c.standardise = aid == 2;
        c.logit_scale = aid == 3;
        c.join = aid == 4 ? 3 : 0;
        c.smooth = aid == 5 ? 2 : 0;
        check_with(&c, record_step);
    }
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transformers),   cmocka_unit_test(wanted_rows),
        cmocka_unit_test(refine_banks),   cmocka_unit_test(transit_banks),
        cmocka_unit_test(predictors),     cmocka_unit_test(steps),
        cmocka_unit_test(each_aid_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
