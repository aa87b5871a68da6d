#include "train.h"

#include <stdlib.h>

#include "placement.h"
#include "train_graphs.h"

/* Everything one stage needs while it runs. */
typedef struct {
    Model *m;
    const Corpus *corpus;
    const Training *t;
    TrainState *state;
    StageGraph graph;
    Window *windows;
    float *rolled; /* [batch, l, D]: pasts made of the model's own output, when unrolling */
} Stage;

/* A generator of its own for every purpose, stage, epoch and step: nothing to carry over a restart. */
static Rng draw(uint64_t seed, uint64_t purpose, int stage, size_t epoch, size_t step) {
    Rng r = rng_seed(seed ^ (purpose << 56));
    r = rng_seed(rng_next(&r) ^ (uint64_t)stage);
    r = rng_seed(rng_next(&r) ^ (uint64_t)epoch);
    return rng_seed(rng_next(&r) ^ (uint64_t)step);
}

enum { FOR_WINDOWS = 1, FOR_NOISE = 2, FOR_SAMPLING = 3, FOR_FADE = 4 };

static size_t unroll_at(const Training *t, int stage, size_t epoch) {
    if (stage != 3 || t->unroll <= 1) return 1;
    if (epoch >= t->ramp) return t->unroll;
    return 1 + (t->unroll - 1) * epoch / t->ramp;
}

static WindowShape shape_at(const Config *c, int stage, size_t unroll) {
    if (stage < 3) return (WindowShape){c->past, 0, c->future};
    return (WindowShape){c->past + unroll * c->future, c->music + (unroll - 1) * c->future, unroll * c->future};
}

static double rate_at(const Training *t, size_t epoch, double progress, size_t step) {
    double lr = t->lr;
    if (t->schedule == SCHEDULE_STEP)
        for (int i = 0; i < 2; i++)
            if (t->drop[i] && epoch >= t->drop[i]) lr /= 10;
    if (t->schedule == SCHEDULE_COSINE) lr *= 0.5 * (1 + cos(M_PI * (progress < 1 ? progress : 1)));
    if (t->warmup && step < t->warmup) lr *= (double)(step + 1) / (double)t->warmup;
    return lr;
}

static void copy_rows(real *to, const float *from, size_t n) {
    for (size_t i = 0; i < n; i++) to[i] = (real)from[i];
}

/* Lets the motion that the networks are given drift away from the data: in every dimension a line from 0 at the first frame to a
 * Gaussian of t->noise standard deviations at the last, as a run on the model's own output would have drifted. */
static void add_noise(const Stage *s, size_t batch) {
    if (s->t->noise <= 0) return;
    size_t D = s->m->config.motion_dim, l = s->m->config.past;
    real *motion = graph_data(s->graph.graph, s->graph.motion);
    const real *std = model_values(s->m, "motion.std");
    Rng r = draw(s->state->seed, FOR_NOISE, s->state->stage, s->state->epoch, s->state->step);
    for (size_t b = 0; b < batch; b++)
        for (size_t k = 0; k < D; k++) {
            real drift = (real)(s->t->noise * rng_normal(&r)) * (std ? std[k] : 1);
            for (size_t t = 0; t < l; t++) motion[(b * l + t) * D + k] += drift * (real)t / (real)(l > 1 ? l - 1 : 1);
        }
}

/* Slows the past down around its last frame: p'[t] = p[l-1] + s (p[t] - p[l-1]), s uniform in [1 - fade, 1]. On its own output a model moves a little
 * less at every step; from this it learns that a tired past is no reason to stop. */
static void fade_past(const Stage *s, size_t batch) {
    if (s->t->fade <= 0 || s->state->stage < 3) return;
    size_t D = s->m->config.motion_dim, l = s->m->config.past;
    real *motion = graph_data(s->graph.graph, s->graph.motion);
    Rng r = draw(s->state->seed, FOR_FADE, s->state->stage, s->state->epoch, s->state->step);
    for (size_t b = 0; b < batch; b++) {
        real kept = (real)(1 - s->t->fade * rng_uniform(&r));
        real *p = motion + b * l * D, *last = p + (l - 1) * D;
        for (size_t t = 0; t + 1 < l; t++)
            for (size_t k = 0; k < D; k++) p[t * D + k] = last[k] + kept * (p[t * D + k] - last[k]);
    }
}

static void fill_eps(const Stage *s, size_t batch) {
    if (s->graph.eps < 0) return;
    Rng r = draw(s->state->seed, FOR_SAMPLING, s->state->stage, s->state->epoch, s->state->step);
    real *eps = graph_data(s->graph.graph, s->graph.eps);
    for (size_t i = 0, n = batch * s->m->config.latents * s->m->config.bank.width; i < n; i++) eps[i] = (real)rng_normal(&r);
}

/* Networks that do not know where they stand or face cannot go back to where the data does: the target is moved to go on from here.
 * last: the data's last past frame. */
static void move_target(const Stage *s, size_t b, const float *last) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim;
    const float *own = s->rolled + (b * c->past + c->past - 1) * D;
    Placement there = placement_of(last, c->relative_root, c->relative_heading), here = placement_of(own, c->relative_root, c->relative_heading);
    real *target = graph_data(s->graph.graph, s->graph.target) + b * c->future * D;
    for (size_t t = 0; t < c->future; t++) {
        float frame[PLACED];
        for (size_t k = 0; k < PLACED; k++) frame[k] = (float)target[t * D + k];
        placement_enter(&there, frame, frame);
        placement_leave(&here, frame, frame);
        for (size_t k = 0; k < PLACED; k++) target[t * D + k] = (real)frame[k];
    }
}

/* Puts the u-th step of the windows into the graph's inputs; rolled pasts take the place of the data's for u > 0. */
static void fill(const Stage *s, const Corpus *corpus, const Window *windows, size_t batch, size_t u) {
    const Config *c = &s->m->config;
    Graph *g = s->graph.graph;
    size_t D = c->motion_dim, M = c->music_dim, past = c->past * D, future = c->future * D;
    for (size_t b = 0; b < batch; b++) {
        const Sequence *q = &corpus->items[windows[b].sequence];
        size_t first = windows[b].first + u * c->future;
        const float *motion = q->motion + first * D;
        copy_rows(graph_data(g, s->graph.motion) + b * past, u ? s->rolled + b * past : motion, past);
        if (s->graph.genre >= 0) graph_data(g, s->graph.genre)[b] = (real)q->genre;
        if (s->state->stage < 3) {
            copy_rows(graph_data(g, s->graph.target) + b * past, motion, past);
            continue;
        }
        copy_rows(graph_data(g, s->graph.target) + b * future, motion + past, future);
        if (u && (c->relative_root || c->relative_heading)) move_target(s, b, motion + past - D);
        copy_rows(graph_data(g, s->graph.music) + b * c->music * M, q->music + first * M, c->music * M);
    }
}

/* The next step's past: what this step was given without its first K frames, and its own prediction. */
static void roll(const Stage *s, const Corpus *corpus, const Window *windows, size_t batch, size_t u) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim, past = c->past * D, future = c->future * D;
    const real *predicted = graph_data(s->graph.graph, s->graph.future);
    for (size_t b = 0; b < batch; b++) {
        float *to = s->rolled + b * past;
        if (u == 0) memcpy(to, corpus->items[windows[b].sequence].motion + windows[b].first * D, past * sizeof *to);
        memmove(to, to + future, (past - future) * sizeof *to);
        for (size_t i = 0; i < future; i++) to[past - future + i] = (float)predicted[b * future + i];
    }
}

static double run_batch(Stage *s, const Window *windows, size_t batch, size_t unroll, double progress) {
    double sum = 0;
    Graph *g = s->graph.graph;
    for (size_t u = 0; u < unroll; u++) {
        fill(s, s->corpus, windows, batch, u);
        fade_past(s, batch);
        add_noise(s, batch);
        fill_eps(s, batch);
        params_zero_grad(&s->m->params);
        graph_forward(g, batch);
        graph_backward(g);
        sum += (double)graph_data(g, s->graph.loss)[0];
        double lr = rate_at(s->t, s->state->epoch, progress, s->state->step);
        s->state->step++;
        params_adam(&s->m->params, lr, s->state->step);
        if (u + 1 < unroll) roll(s, s->corpus, windows, batch, u);
    }
    return sum;
}

/* Mean loss per window over a validation set, windows in order, no noise; NaN if none is long enough. */
static double validate(Stage *s, const Corpus *corpus, Window *windows) {
    size_t count = windows_epoch(corpus, shape_at(&s->m->config, s->state->stage, 1), NULL, windows);
    double sum = 0;
    for (size_t at = 0; at < count; at += s->t->batch) {
        size_t batch = count - at < s->t->batch ? count - at : s->t->batch;
        fill(s, corpus, windows + at, batch, 0);
        if (s->graph.eps >= 0)
            memset(graph_data(s->graph.graph, s->graph.eps), 0, batch * s->m->config.latents * s->m->config.bank.width * sizeof(real));
        graph_forward(s->graph.graph, batch);
        sum += (double)batch * (double)graph_data(s->graph.graph, s->graph.loss)[0];
    }
    return count ? sum / (double)count : NAN;
}

typedef enum { EPOCH_WHOLE, EPOCH_STOPPED, EPOCH_CUT } EpochEnd; /* cut: max_steps came first */

/* One epoch from state->batch on. */
static EpochEnd run_epoch(Stage *s, const TrainHooks *h) {
    TrainState *st = s->state;
    const Training *t = s->t;
    size_t unroll = unroll_at(t, st->stage, st->epoch);
    Rng rng = draw(st->seed, FOR_WINDOWS, st->stage, st->epoch, 0);
    size_t count = windows_epoch(s->corpus, shape_at(&s->m->config, st->stage, unroll), &rng, s->windows);
    size_t batches = (count + t->batch - 1) / t->batch;
    while (st->batch < batches) {
        if (t->max_steps && st->step >= t->max_steps) return EPOCH_CUT;
        size_t at = st->batch * t->batch, batch = count - at < t->batch ? count - at : t->batch;
        double progress = t->max_steps ? (double)st->step / (double)t->max_steps
                                       : ((double)st->epoch + (double)st->batch / (double)batches) / (double)t->epochs;
        st->loss_sum += run_batch(s, s->windows + at, batch, unroll, progress);
        st->loss_count += unroll;
        st->batch++;
        if (h->progress) h->progress(h->user, st->batch, batches);
        if (st->batch < batches && h->stop && h->stop(h->user)) return EPOCH_STOPPED;
    }
    return EPOCH_WHOLE;
}

static int run_stage(Stage *s, const Corpus *validation, Window *validation_windows, const TrainHooks *h, Error *err) {
    TrainState *st = s->state;
    const Training *t = s->t;
    while (t->max_steps ? st->step < t->max_steps : st->epoch < t->epochs) {
        EpochEnd end = run_epoch(s, h);
        if (end == EPOCH_STOPPED) return h->save && h->save(h->user, st, err) ? -1 : TRAIN_STOPPED;
        LogRow row = {st->stage, st->step, st->epoch + 1, st->loss_count ? st->loss_sum / (double)st->loss_count : NAN,
                      rate_at(t, st->epoch, t->max_steps ? (double)st->step / (double)t->max_steps : (double)(st->epoch + 1) / (double)t->epochs, st->step), NAN};
        if (!(row.loss - row.loss == 0)) return fail(err, "the loss is no longer a number in stage %d, epoch %zu; a smaller --lr may help", st->stage, row.epoch);
        if (validation) row.validation = validate(s, validation, validation_windows);
        if (end == EPOCH_WHOLE) {
            st->epoch++;
            st->batch = 0;
            st->loss_sum = 0;
            st->loss_count = 0;
        }
        if (h->log) h->log(h->user, &row);
        if (h->save && h->save(h->user, st, err)) return -1;
        if (h->stop && h->stop(h->user)) return TRAIN_STOPPED;
    }
    return TRAIN_DONE;
}

int train_stage(Model *m, const Corpus *corpus, const Corpus *validation, const Training *t, TrainState *state,
                const TrainHooks *hooks, Error *err) {
    const Config *c = &m->config;
    size_t most = 0;
    for (size_t e = 0; e <= t->ramp || e == 0; e++) { /* every unroll there will be */
        size_t n = windows_most(corpus, shape_at(c, state->stage, unroll_at(t, state->stage, e)));
        if (n == 0)
            return fail(err, "no sequence is long enough: a window takes %zu frames of motion and %zu of music",
                        shape_at(c, state->stage, unroll_at(t, state->stage, e)).motion, shape_at(c, state->stage, unroll_at(t, state->stage, e)).music);
        most = n > most ? n : most;
    }
    size_t held = validation ? windows_most(validation, shape_at(c, state->stage, 1)) : 0;
    size_t batch = most < t->batch ? most : t->batch;
    if (held && t->batch > batch) batch = t->batch;
    Stage s = {.m = m, .corpus = corpus, .t = t, .state = state};
    if (stage_graph(m, state->stage, batch, (LossWeights){t->beta, t->kl, t->root_weight}, &s.graph, err)) return -1;
    s.windows = malloc(most * sizeof *s.windows);
    s.rolled = malloc((t->unroll > 1 ? batch * c->past * c->motion_dim : 1) * sizeof *s.rolled);
    Window *validation_windows = malloc((held + 1) * sizeof *validation_windows);
    int status = s.windows && s.rolled && validation_windows ? run_stage(&s, validation, validation_windows, hooks, err) : fail(err, "out of memory");
    graph_free(s.graph.graph);
    free(s.windows);
    free(s.rolled);
    free(validation_windows);
    return status;
}
