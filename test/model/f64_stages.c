/* The losses of the three stages: their gradients against central differences, what each stage
 * trains and what it leaves alone. */
#include "model/networks.h"
#include "model/predictors/predictors.h"
#include "model/train/contact_loss.h"
#include "model/train/losses.h"
#include "test/lib/nn/gradient.h"

enum { MOST = 2, NONE = 0 }; /* single elements of a tensor; a random direction is always checked */
#include "test/model/small_models.h"

typedef struct {
    Model m;
    StageGraph stage;
    Graph *surrogate;
    Value motion, target, genre, z, item, sum;
    double beta, root, contact; /* weights of the loss */
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
    if (stage_graph(&t->m, (Stage)stage, FIXTURE_BATCH,
                    &(Training){.beta = t->beta,
                                .kl = 0.3,
                                .root_weight = t->root > 0 ? t->root : 1,
                                .contact = t->contact,
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

/* Motion of rotations, or nearly: others are not known to be differentiable. */
static void make_upright(Trial *t) {
    const Config *c = &t->m.config;
    real *mean = model_values(&t->m, "motion.mean"), *std = model_values(&t->m, "motion.std");
    real *motion = graph_data(t->stage.graph, t->stage.motion);
    for (size_t k = 0; k < c->motion_dim; k++) {
        bool one = k >= 3 && (k - 3) % 9 % 4 == 0;
        mean[k] = one ? 1 : 0;
        std[k] *= (real)0.2;
        for (size_t i = 0; i < FIXTURE_BATCH * c->past; i++)
            motion[i * c->motion_dim + k] = mean[k] + (real)0.2 * motion[i * c->motion_dim + k];
    }
}

/* Contact of every third joint; with all aids, the last past frame's place and heading among them.
 */
static void contact(void **state) {
    (void)state;
    for (int stage = 2; stage <= 3; stage++) {
        Config c = aided_config(REFINE_BANK);
        c.motion_dim = 3 + 9 * SMPL_JOINTS;
        c.fps = 30;
        Trial without = {.beta = 0.2}, t = {.beta = 0.2, .contact = 0.7};
        trial_begin(&without, &c, stage == 3 ? KIND_MODEL : KIND_BANK, stage);
        trial_begin(&t, &c, stage == 3 ? KIND_MODEL : KIND_BANK, stage);
        assert_false(value_exists(without.stage.contact));
        Graph *g = t.stage.graph;
        const Value contact = t.stage.contact;
        assert_int_equal(graph_cols(g, contact), CONTACT_COLUMNS);
        assert_int_equal(graph_rows(g, contact), stage == 3 ? c.future : c.past - 1);
        size_t count = FIXTURE_BATCH * graph_rows(g, contact) * CONTACT_COLUMNS;
        make_upright(&t);
        make_upright(&without);
        memset(graph_data(g, contact), 0, count * sizeof(real));
        assert_true(stage_loss(&t) == stage_loss(&without));
        for (size_t i = 0; i < count; i++) graph_data(g, contact)[i] = i / 3 % 3 == 0;
        assert_true(stage_loss(&t) > stage_loss(&without));
        assert_true(graph_data(g, t.stage.error)[0] ==
                    graph_data(without.stage.graph, without.stage.error)[0]);
        check_trial(&t, stage_loss, "");
        trial_end(&t);
        trial_end(&without);
    }
}

int main(void) {
    threads_set(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_train_their_parts),
        cmocka_unit_test(stage_1),
        cmocka_unit_test(items_follow_their_latents),
        cmocka_unit_test(stage_2),
        cmocka_unit_test(stage_3),
        cmocka_unit_test(contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
