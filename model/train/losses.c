#include "model/train/losses.h"

static void choose_trainable(Params *p, int stage) {
    params_set_trainable(p, "", false);
    params_set_trainable(p, "refine.", true);
    if (stage == 1) params_set_trainable(p, "bank.manifold", true);
    if (stage == 3) {
        params_set_trainable(p, "predictor.", true);
        params_set_trainable(p, "transit.", true);
    }
}

/* Mean squared error over all elements; errors of the root's translation count `root_weight` times:
 * three numbers among hundreds, they would else be the last that is learnt. */
static Value motion_error(Graph *g, Value motion, Value target, double root_weight) {
    static const size_t translation[3] = {0, 1, 2};
    Value all = op_mean_squared_error(g, motion, target);
    if (root_weight == 1) return all;
    Value root = op_mean_squared_error(g, op_mask_columns(g, motion, translation, 3),
                                       op_mask_columns(g, target, translation, 3));
    return op_weighted_sum(g, (Value[]){all, root}, (double[]){1, root_weight - 1}, 2);
}

/* Eq. 7: |d' - d|^2 + |sg[z] - z'|^2 + beta |z - sg[z']|^2, z' the item nearest to z, the first
 * term straight through to z. */
static Value manifold_loss(Graph *g, const Config *c, StageGraph *s, LossWeights w) {
    Value root = reference_frame(g, c, s->motion, c->past - c->future - 1);
    Value z = refine_latents(g, c, normalise_motion(g, c, s->motion, root));
    Value item = refine_nearest(g, c, z, s->genre);
    Value decoded = refine_decode(g, c, op_straight_through(g, item, z), 0);
    Value terms[3] = {motion_error(g, restore_motion(g, c, decoded, root), s->target, w.root),
                      op_mean_squared_error(g, op_stop_gradient(g, z), item),
                      op_mean_squared_error(g, z, op_stop_gradient(g, item))};
    return op_weighted_sum(g, terms, (double[]){1, 1, w.beta}, 3);
}

/* Eq. 8: |d' - d|^2 (and the divergence, for the variational variant) */
static Value refine_loss(Graph *g, const Config *c, StageGraph *s, LossWeights w) {
    Value root = reference_frame(g, c, s->motion, c->past - c->future - 1);
    if (c->refine == REFINE_VAE) s->eps = graph_input(g, c->latents, c->bank.width);
    Refined r = refine_bank(g, c, normalise_motion(g, c, s->motion, root), 0, s->genre, s->eps);
    Value loss = motion_error(g, restore_motion(g, c, r.motion, root), s->target, w.root);
    if (!value_exists(r.mean)) return op_weighted_sum(g, &loss, (double[]){1}, 1);
    return op_weighted_sum(g, (Value[]){loss, op_kl_divergence(g, r.mean, r.logvar)},
                           (double[]){1, w.kl}, 2);
}

/* Eq. 9: |d'[t+1..t+K] - d[t+1..t+K]|^2 */
static Value prediction_loss(Graph *g, const Config *c, StageGraph *s, LossWeights w) {
    Step step = step_build(g, c, true);
    s->motion = step.past;
    s->music = step.music;
    s->genre = step.genre;
    s->eps = step.eps;
    s->future = step.future;
    s->target = graph_input(g, c->future, c->motion_dim);
    Value loss = motion_error(g, step.future, s->target, w.root);
    if (!value_exists(step.mean)) return loss;
    return op_weighted_sum(g, (Value[]){loss, op_kl_divergence(g, step.mean, step.logvar)},
                           (double[]){1, w.kl}, 2);
}

static void stage_free(StageGraph *s) {
    graph_free(s->graph);
    *s = (StageGraph){0};
}

int stage_record(Model *m, int stage, size_t batch, LossWeights w, StageGraph *out, Error *err) {
    const Config *c = &m->config;
    *out = (StageGraph){.graph = graph_new(&m->params, batch)};
    Graph *g = out->graph;
    if (!g) return error_set(err, "out of memory");
    choose_trainable(&m->params, stage);
    if (stage == 3) {
        out->loss = prediction_loss(g, c, out, w);
    } else {
        out->motion = graph_input(g, c->past, c->motion_dim);
        out->target = graph_input(g, c->past, c->motion_dim);
        out->genre = graph_input(g, 1, 1);
        out->loss = stage == 1 ? manifold_loss(g, c, out, w) : refine_loss(g, c, out, w);
    }
    int status = graph_check(g, err);
    if (status) stage_free(out);
    return status;
}

int stage_graph(Model *m, int stage, size_t batch, LossWeights w, StageGraph *out, Error *err) {
    if (stage_record(m, stage, batch, w, out, err)) return -1;
    int status = graph_finish(out->graph, out->loss, err);
    if (status) stage_free(out);
    return status;
}
