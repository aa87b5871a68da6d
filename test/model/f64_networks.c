/* The networks and each stage's loss: gradients against central differences, in every variant and
 * with every aid.
 *
 * Straight-through estimation and stopped gradients are no derivatives of the loss. Where they
 * occur, the differences are taken of a surrogate written here, in which what must not be
 * differentiated is a constant; it has the loss's value at the point itself. */
#include "model/networks.h"
#include "model/predictors/predictors.h"
#include "model/train/losses.h"
#include "test/lib/nn/gradient.h"

enum { MOST = 2, NONE = 0 }; /* single elements of a tensor; a random direction is always checked */
static const double spread = 0.5; /* steeper softmaxes are beyond differences */

enum { GENRES = 3 };

static Config small_config(Refine refine) {
    return (Config){.motion_dim = 12,
                    .genre_count = GENRES,
                    .music_dim = 5,
                    .past = 9,
                    .future = 3,
                    .music = 13,
                    .keep = 3,
                    .predictor = {.width = 5, .heads = 2, .mlp = 7},
                    .motion_layers = 1,
                    .music_layers = 1,
                    .cross_layers = 1,
                    .bank = {.width = 6, .heads = 4, .mlp = 5},
                    .bank_layers = 1,
                    .items = 5,
                    .latents = 3,
                    .refine = refine,
                    .transit = true};
}

static Config aided_config(Refine refine) {
    Config c = small_config(refine);
    c.residual = c.relative_root = c.relative_heading = c.standardise = c.logit_scale = true;
    c.join = 2;
    c.smooth = 18;
    return c;
}

/* --- the parts --- */

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
    return transit_bank(f->g, c, past, fixture_genre(f, GENRES));
}

/* The predictor that the configuration names, with everything that it takes. */
static Value record_predictor(Fixture *f) {
    const Config *c = f->user;
    const Predictor *p = predictor_at(c->predictor_id);
    PredictorInputs in = {.past = fixture_input(f, c->past, c->motion_dim)};
    if (p->uses & USES_MUSIC) in.music = fixture_input(f, c->music, c->music_dim);
    if (c->transit) in.prior = fixture_input(f, c->future, c->predictor.width);
    if (p->noise_shape) {
        size_t cols = 0, rows = p->noise_shape(c, &cols);
        in.noise = fixture_input(f, rows, cols);
    }
    return p->build(f->g, c, &in).future;
}

static Value record_step(Fixture *f) {
    const Config *c = f->user;
    Step s = step_build(f->g, c, true);
    fixture_adopt(f, s.past, false);
    fixture_adopt(f, s.music, false);
    fixture_adopt(f, s.genre, true);
    if (value_exists(s.genre)) f->genres = GENRES;
    if (value_exists(s.eps)) fixture_adopt(f, s.eps, true);
    return s.future;
}

static void check_with(const Config *c, Recorder record) {
    Fixture f = {.user = c, .spread = spread};
    fixture_begin(&f, record, false);
    params_set_trainable(&f.params, "motion.", false); /* statistics are constants */
    params_set_trainable(&f.params, "music.", false);
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
            config_choose_predictor(&c, id);
            c.transit = transit;
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

/* --- the stages --- */

typedef struct {
    Model m;
    StageGraph stage;
    Graph *surrogate;
    Value motion, target, genre, z, item, sum;
    double beta, root; /* weights of the loss */
} Trial;

static void fill_normal(real *x, size_t count, Rng *r) {
    for (size_t k = 0; k < count; k++) x[k] = (real)rng_normal(r);
}

static void trial_begin(Trial *t, const Config *c, ModelKind kind, int stage) {
    static const char *const genres[GENRES] = {"a", "b", "c"};
    Error err;
    if (model_new(&t->m, kind, c, genres, GENRES, true, &err) ||
        params_allocate(&t->m.params, true, &err))
        fail_msg("%s", err.text);
    Rng r = rng_seed(5);
    Params *p = &t->m.params;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < p->items[i].count; k++) {
            double x = rng_normal(&r);
            p->value[p->items[i].offset + k] =
                (real)(strstr(p->items[i].name, ".std") ? 0.5 + fabs(x) : spread * x);
        }
    if (stage_graph(&t->m, stage, FIXTURE_BATCH,
                    &(Training){.beta = t->beta,
                                .kl = 0.3,
                                .root_weight = t->root > 0 ? t->root : 1,
                                .mse_weight = 1},
                    &t->stage, &err))
        fail_msg("%s", err.text);
    Graph *g = t->stage.graph;
    const Value inputs[4] = {t->stage.motion, t->stage.music, t->stage.eps, t->stage.target};
    for (int i = 0; i < 4; i++)
        if (value_exists(inputs[i]))
            fill_normal(graph_data(g, inputs[i]),
                        FIXTURE_BATCH * graph_rows(g, inputs[i]) * graph_cols(g, inputs[i]), &r);
    for (size_t b = 0; value_exists(t->stage.genre) && b < FIXTURE_BATCH; b++)
        graph_data(g, t->stage.genre)[b] = (real)(2 * b % GENRES);
}

static void trial_end(Trial *t) {
    graph_free(t->stage.graph);
    graph_free(t->surrogate);
    model_free(&t->m);
}

static double stage_loss(void *trial) {
    Trial *t = trial;
    graph_forward(t->stage.graph, FIXTURE_BATCH);
    return (double)graph_data(t->stage.graph, t->stage.loss)[0];
}

static double surrogate_loss(void *trial) {
    Trial *t = trial;
    graph_forward(t->surrogate, FIXTURE_BATCH);
    return (double)graph_data(t->surrogate, t->sum)[0];
}

/* Every trained parameter whose name begins with `prefix`; what is not trained must be untouched.
 */
static void check_trial(Trial *t, double (*loss)(void *), const char *prefix) {
    Params *p = &t->m.params;
    params_zero_grad(p);
    stage_loss(t);
    graph_backward(t->stage.graph);
    size_t checked = 0;
    for (size_t i = 0; i < p->count; i++) {
        const Param *item = &p->items[i];
        if (!item->trainable)
            for (size_t k = 0; k < item->count; k++) assert_true(p->grad[item->offset + k] == 0);
        if (!item->trainable || strncmp(item->name, prefix, strlen(prefix)) != 0) continue;
        double length = check_gradient(item->name, p->value + item->offset, p->grad + item->offset,
                                       item->count, loss, t, t->m.kind == KIND_MODEL ? NONE : MOST);
        if (!(length > 0)) fail_msg("%s: no gradient", item->name);
        checked++;
    }
    assert_true(checked > 0);
}

static bool trained(const Model *m, const char *name) {
    int i = params_find(&m->params, name);
    return i >= 0 && m->params.items[i].trainable;
}

/* What each stage trains: section 4.3 and DESIGN 4. */
static void stages_train_their_parts(void **state) {
    (void)state;
    Config c = aided_config(REFINE_BANK);
    for (int stage = 1; stage <= 3; stage++) {
        Trial t = {.beta = 0.2};
        trial_begin(&t, &c, stage == 3 ? KIND_MODEL : KIND_BANK, stage);
        assert_true(trained(&t.m, "refine.encoder.embed.weight") &&
                    trained(&t.m, "refine.decoder.head.bias"));
        assert_true(trained(&t.m, "bank.manifold") == (stage == 1));
        assert_false(trained(&t.m, "bank.past") || trained(&t.m, "bank.future") ||
                     trained(&t.m, "seed.motion"));
        assert_false(trained(&t.m, "motion.mean") || trained(&t.m, "motion.std") ||
                     trained(&t.m, "music.std"));
        assert_true(trained(&t.m, "predictor.head.weight") == (stage == 3) &&
                    trained(&t.m, "transit.encoder.position") == (stage == 3));
        trial_end(&t);
    }
}

/* Eq. 7 or, with `discrete`, eq. 8 of the discrete variant, with sg[.] and the straight-through
 * step written as constants: |D(z' + (z(w) - z)) - d|^2  +  |z - B[k]|^2  +  beta |z(w) - z'|^2 */
static void build_surrogate(Trial *t, const Config *c, bool discrete) {
    Graph *g = t->surrogate = graph_new(&t->m.params, FIXTURE_BATCH);
    Error err;
    t->motion = graph_input(g, c->past, c->motion_dim);
    t->target = graph_input(g, c->past, c->motion_dim);
    t->genre = graph_input(g, 1, 1);
    t->z = graph_input(g, c->latents, c->bank.width);
    t->item = graph_input(g, c->latents, c->bank.width);
    Value root = reference_frame(g, c, t->motion, c->past - c->future - 1);
    Value z = refine_sample(g, c, refine_encode(g, c, normalise_motion(g, c, t->motion, root)));
    Value decoded = restore_motion(
        g, c, refine_decode(g, c, op_add(g, t->item, op_subtract(g, z, t->z)), 0), root);
    Value nearest = refine_nearest(g, c, t->z, t->genre);
    Value terms[3] = {op_mean_squared_error(g, decoded, t->target),
                      op_mean_squared_error(g, t->z, nearest),
                      op_mean_squared_error(g, z, t->item)};
    t->sum = op_weighted_sum(g, terms, (double[]){1, discrete ? 0 : 1, discrete ? 0 : t->beta}, 3);
    graph_keep(g, z);
    graph_keep(g, nearest);
    graph_keep(g, t->sum);
    if (graph_finish(g, NO_VALUE, &err)) fail_msg("%s", err.text);
    Graph *s = t->stage.graph;
    size_t motion = FIXTURE_BATCH * c->past * c->motion_dim * sizeof(real),
           latents = FIXTURE_BATCH * c->latents * c->bank.width * sizeof(real);
    memcpy(graph_data(g, t->motion), graph_data(s, t->stage.motion), motion);
    memcpy(graph_data(g, t->target), graph_data(s, t->stage.target), motion);
    memcpy(graph_data(g, t->genre), graph_data(s, t->stage.genre), FIXTURE_BATCH * sizeof(real));
    graph_forward(g, FIXTURE_BATCH);
    memcpy(graph_data(g, t->z), graph_data(g, z), latents);
    graph_forward(g, FIXTURE_BATCH);
    memcpy(graph_data(g, t->item), graph_data(g, nearest), latents);
    assert_true(fabs(surrogate_loss(t) - stage_loss(t)) <= 1e-12 * stage_loss(t));
}

static void stage_1(void **state) {
    (void)state;
    static const double betas[] = {0.2, 0, 7};
    for (int i = 0; i < 6; i++) {
        Config c = i % 2 ? aided_config(REFINE_BANK) : small_config(REFINE_BANK);
        if (i == 4) c.latents = 1;
        Trial t = {.beta = betas[i / 2]};
        trial_begin(&t, &c, KIND_BANK, 1);
        build_surrogate(&t, &c, false);
        check_trial(&t, surrogate_loss, "");
        trial_end(&t);
    }
}

/* Items learn from eq. 7's second term alone: 2 (B[k] - z) / elements, summed over the latents that
 * chose item k. */
static void items_follow_their_latents(void **state) {
    (void)state;
    Config c = small_config(REFINE_BANK);
    Trial t = {.beta = 0.2};
    trial_begin(&t, &c, KIND_BANK, 1);
    build_surrogate(&t, &c, false);
    params_zero_grad(&t.m.params);
    stage_loss(&t);
    graph_backward(t.stage.graph);
    size_t C = c.bank.width, n = c.latents, elements = FIXTURE_BATCH * n * C;
    double *due = calloc(GENRES * c.items * C, sizeof *due);
    const real *bank = model_values(&t.m, "bank.manifold"), *z = graph_data(t.surrogate, t.z);
    for (size_t row = 0; row < FIXTURE_BATCH * n; row++) {
        size_t genre = 2 * (row / n) % GENRES, best = 0;
        double least = INFINITY;
        for (size_t k = 0; k < c.items; k++) {
            double d = 0;
            for (size_t i = 0; i < C; i++)
                d += pow((double)(z[row * C + i] - bank[(genre * c.items + k) * C + i]), 2);
            if (d < least) {
                least = d;
                best = genre * c.items + k;
            }
        }
        for (size_t i = 0; i < C; i++)
            due[best * C + i] +=
                2 * (double)(bank[best * C + i] - z[row * C + i]) / (double)elements;
    }
    const real *found =
        t.m.params.grad + t.m.params.items[params_find(&t.m.params, "bank.manifold")].offset;
    for (size_t k = 0; k < GENRES * c.items * C; k++)
        assert_true(fabs((double)found[k] - due[k]) <= 1e-14);
    free(due);
    trial_end(&t);
}

static void stage_2(void **state) {
    (void)state;
    static const Refine variants[] = {REFINE_BANK, REFINE_AE, REFINE_VAE, REFINE_DISCRETE};
    for (int i = 0; i < 8; i++) {
        Config c = i % 2 ? aided_config(variants[i / 2]) : small_config(variants[i / 2]);
        Trial t = {.beta = 0.2, .root = i % 2 && c.refine != REFINE_DISCRETE ? 3 : 1};
        trial_begin(&t, &c, KIND_BANK, 2);
        if (c.refine == REFINE_DISCRETE) build_surrogate(&t, &c, true);
        check_trial(&t, c.refine == REFINE_DISCRETE ? surrogate_loss : stage_loss, "");
        trial_end(&t);
    }
}

static void stage_3(void **state) {
    (void)state;
    static const Refine variants[] = {REFINE_NONE, REFINE_BANK, REFINE_AE, REFINE_VAE,
                                      REFINE_DISCRETE};
    for (int i = 0; i < 10; i++) {
        Config c = i % 2 ? aided_config(variants[i / 2]) : small_config(variants[i / 2]);
        if (i % 2 == 0 && c.refine != REFINE_BANK)
            continue; /* every variant with all aids, the paper's without too */
        if (c.refine == REFINE_NONE) c.join = 0;
        Trial t = {.beta = 0.2, .root = i % 2 && c.refine != REFINE_DISCRETE ? 3 : 1};
        trial_begin(&t, &c, KIND_MODEL, 3);
        check_trial(&t, stage_loss,
                    c.refine == REFINE_DISCRETE ? "refine.decoder"
                                                : ""); /* before the decoder it is no derivative */
        trial_end(&t);
    }
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transformers),   cmocka_unit_test(wanted_rows),
        cmocka_unit_test(refine_banks),   cmocka_unit_test(transit_banks),
        cmocka_unit_test(predictors),     cmocka_unit_test(steps),
        cmocka_unit_test(each_aid_alone), cmocka_unit_test(stages_train_their_parts),
        cmocka_unit_test(stage_1),        cmocka_unit_test(items_follow_their_latents),
        cmocka_unit_test(stage_2),        cmocka_unit_test(stage_3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
