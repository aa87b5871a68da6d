#include "model/train/losses.h"

#include "model/networks.h"
#include "model/predictors/predictors.h"
#include "model/train/contact_loss.h"

/* Mean squared error over all elements; errors of the root's translation count `root_weight` times:
 * three numbers among hundreds, they would otherwise be learnt last. */
static Value motion_error(Graph *g, Value motion, Value target, double root_weight) {
    static const size_t translation[3] = {0, 1, 2};
    Value all = op_mean_squared_error(g, motion, target);
    if (root_weight == 1) return all;
    Value root = op_mean_squared_error(g, op_mask_columns(g, motion, translation, 3),
                                       op_mask_columns(g, target, translation, 3));
    return op_weighted_sum(g, (Value[]){all, root}, (double[]){1, root_weight - 1}, 2);
}

/* Adds the contact loss of these frames to s->loss. */
static void add_contact_loss(const Config *c, const Training *t, StageGraph *s, Value frames) {
    Graph *g = s->graph;
    s->contact = graph_input(g, graph_rows(g, frames) - 1, CONTACT_COLUMNS);
    graph_keep(g, s->error);
    s->loss = op_weighted_sum(g, (Value[]){s->loss, contact_loss(g, c, frames, s->contact)},
                              (double[]){1, t->contact}, 2);
}

/* --- stages 1 and 2: RefineBank as an auto-encoder of windows --- */

/* Windows of l frames; what a bank sees in a step are l - K past frames and K predicted ones. */
static CropShape window_crop(const Config *c, size_t unroll) {
    (void)unroll;
    return (CropShape){.motion = c->past, .music = 0, .stride = c->future};
}

static void window_inputs(const Config *c, StageGraph *s) {
    s->motion = graph_input(s->graph, c->past, c->motion_dim);
    s->target = graph_input(s->graph, c->past, c->motion_dim);
    s->genre = graph_input(s->graph, 1, 1);
}

/* The frame that is the last past one when a bank sees the window in a step. */
static Value window_reference(const Config *c, const StageGraph *s) {
    return reference_frame(s->graph, c, s->motion, c->past - c->future - 1);
}

/* Eq. 7: |d' - d|^2 + |sg[z] - z'|^2 + beta |z - sg[z']|^2, z' the item nearest to z, the first
 * term straight through to z. */
static void record_manifold(const Config *c, const Training *t, StageGraph *s) {
    Graph *g = s->graph;
    window_inputs(c, s);
    Value reference = window_reference(c, s);
    Value z = refine_latents(g, c, normalise_motion(g, c, s->motion, reference));
    Value item = refine_nearest(g, c, z, s->genre);
    Value decoded = refine_decode(g, c, op_straight_through(g, item, z), 0);
    Value made = restore_motion(g, c, decoded, reference);
    Value terms[3] = {motion_error(g, made, s->target, t->root_weight),
                      op_mean_squared_error(g, op_stop_gradient(g, z), item),
                      op_mean_squared_error(g, z, op_stop_gradient(g, item))};
    s->error = s->loss = op_weighted_sum(g, terms, (double[]){1, 1, t->beta}, 3);
}

/* Eq. 8: |d' - d|^2 (and the divergence, for the variational variant), and the contact loss. */
static void record_refine(const Config *c, const Training *t, StageGraph *s) {
    Graph *g = s->graph;
    window_inputs(c, s);
    Value reference = window_reference(c, s);
    if (c->refine == REFINE_VAE) s->eps = graph_input(g, c->latents, c->bank.width);
    Refined r =
        refine_bank(g, c, normalise_motion(g, c, s->motion, reference), 0, s->genre, s->eps);
    Value made = restore_motion(g, c, r.motion, reference);
    Value terms[2] = {motion_error(g, made, s->target, t->root_weight)};
    bool varies = value_exists(r.mean);
    if (varies) terms[1] = op_kl_divergence(g, r.mean, r.logvar);
    s->error = s->loss = op_weighted_sum(g, terms, (double[]){1, t->kl}, varies ? 2 : 1);
    if (t->contact > 0) add_contact_loss(c, t, s, made);
}

/* --- stage 3: steps --- */

static CropShape step_crop(const Config *c, size_t unroll) {
    size_t ahead = (unroll - 1) * c->future;
    bool hears = predictor_at(c->predictor_id)->uses & USES_MUSIC;
    return (CropShape){.motion = c->past + c->future + ahead,
                       .music = hears ? c->music + ahead : 0,
                       .stride = unroll * c->future};
}

/* Eq. 9: |d'[t+1..t+K] - d[t+1..t+K]|^2, the predictor's own loss, and the contact loss from the
 * last past frame on: that is where the feet that go on standing are. */
static void record_step(const Config *c, const Training *t, StageGraph *s) {
    Graph *g = s->graph;
    Step step = step_build(g, c, t->fade > 0 ? STEP_TRAINS_DISTURBED : STEP_TRAINS);
    s->motion = step.past;
    s->music = step.music;
    s->genre = step.genre;
    s->home = step.home;
    s->eps = step.eps;
    s->noise = step.noise;
    s->given = step.given;
    s->future = step.future;
    bool compared = value_exists(step.target); /* by the predictor, too */
    s->target = compared ? step.target : graph_input(g, c->future, c->motion_dim);
    s->error = motion_error(g, step.future, s->target, t->root_weight);
    if (value_exists(step.mean)) {
        Value divergence = op_kl_divergence(g, step.mean, step.logvar);
        s->error = op_weighted_sum(g, (Value[]){s->error, divergence}, (double[]){1, t->kl}, 2);
    }
    s->loss = s->error;
    if (value_exists(step.own_loss)) {
        graph_keep(g, s->error);
        s->loss = op_weighted_sum(g, (Value[]){s->error, step.own_loss},
                                  (double[]){t->mse_weight, t->own_weight}, 2);
    }
    if (t->contact <= 0) return;
    Value last = op_slice_rows(g, step.past, c->past - 1, 1);
    add_contact_loss(c, t, s, op_concat_rows(g, (Value[]){last, step.future}, 2));
}

/* --- the rows --- */

static const StageSpec specs[] = {
    [STAGE_MANIFOLD] = {.trains = {"refine.", "bank.manifold"},
                        .crop = window_crop,
                        .record = record_manifold},
    [STAGE_REFINE] = {.trains = {"refine."}, .crop = window_crop, .record = record_refine},
    [STAGE_PREDICT] = {.trains = {"refine.", "predictor.", "transit."},
                       .predicts = true,
                       .crop = step_crop,
                       .record = record_step},
};

const StageSpec *stage_spec(Stage stage) { return &specs[stage]; }

static void choose_trainable(Params *p, const StageSpec *spec) {
    params_set_trainable(p, "", false);
    for (int i = 0; spec->trains[i]; i++) params_set_trainable(p, spec->trains[i], true);
}

/* Before the graph is planned: which products are rounded. */
static int choose_precision(Model *m, Precision precision, Error *err) {
    const Predictor *p = predictor_at(m->config.predictor_id);
    size_t rounded = 0;
    for (size_t i = 0; i < m->params.count; i++) {
        Param *w = &m->params.items[i];
        w->in_bf16 = precision == PRECISION_BF16 && predictor_rounds(p, w);
        rounded += w->in_bf16;
    }
    return precision == PRECISION_BF16 && rounded == 0 ? predictor_nothing_rounded(p, err) : 0;
}

void stage_graph_free(StageGraph *s) {
    graph_free(s->graph);
    *s = (StageGraph){0};
}

int stage_record(Model *m, Stage stage, size_t batch, const Training *t, StageGraph *out,
                 Error *err) {
    const StageSpec *spec = stage_spec(stage);
    *out = (StageGraph){.graph = graph_new(&m->params, batch)};
    if (!out->graph) return error_set(err, "out of memory");
    choose_trainable(&m->params, spec);
    spec->record(&m->config, t, out);
    if (t->recompute) graph_recompute(out->graph);
    int status = graph_check(out->graph, err) || choose_precision(m, t->precision, err) ? -1 : 0;
    if (status) stage_graph_free(out);
    return status;
}

int stage_graph(Model *m, Stage stage, size_t batch, const Training *t, StageGraph *out,
                Error *err) {
    if (stage_record(m, stage, batch, t, out, err)) return -1;
    int status = graph_finish(out->graph, out->loss, err);
    if (status) stage_graph_free(out);
    return status;
}
