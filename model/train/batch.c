#include "model/train/batch.h"

#include "lib/motion/heading.h"

Rng stage_draw(const Stage *s, Purpose purpose, size_t step) {
    Rng r = rng_seed(s->state->seed ^ ((uint64_t)purpose << 56));
    r = rng_seed(rng_next(&r) ^ (uint64_t)s->state->stage);
    r = rng_seed(rng_next(&r) ^ (uint64_t)s->state->epoch);
    return rng_seed(rng_next(&r) ^ (uint64_t)step);
}

static void copy_rows(real *to, const float *from, size_t n) {
    for (size_t i = 0; i < n; i++) to[i] = (real)from[i];
}

/* Lets the motion that the networks are given drift away from the data: in every dimension a line
 * from 0 at the first frame to a Gaussian of t->noise standard deviations at the last, as a run on
 * the model's own output would have drifted. */
static void add_noise(const Stage *s, size_t whole, Part part) {
    if (s->t->noise <= 0) return;
    size_t D = s->m->config.motion_dim, l = s->m->config.past;
    real *motion = graph_data(s->graph.graph, s->graph.motion);
    const real *std = model_values(s->m, "motion.std");
    Rng r = stage_draw(s, FOR_NOISE, s->state->step);
    for (size_t i = 0; i < whole; i++)
        for (size_t k = 0; k < D; k++) {
            real drift = (real)(s->t->noise * rng_normal(&r)) * (std ? std[k] : 1);
            size_t b = i - part.first;
            for (size_t t = 0; b < part.count && t < l; t++)
                motion[(b * l + t) * D + k] += drift * (real)t / (real)(l > 1 ? l - 1 : 1);
        }
}

/* Slows the past down around its last frame: p'[t] = p[l-1] + s (p[t] - p[l-1]), s uniform in [1 -
 * fade, 1]. On its own output a model moves a little less at every step; from this it learns that a
 * tired past is no reason to stop. */
static void fade_past(const Stage *s, size_t whole, Part part) {
    if (s->t->fade <= 0 || s->state->stage < 3) return;
    size_t D = s->m->config.motion_dim, l = s->m->config.past;
    real *motion = graph_data(s->graph.graph, s->graph.motion);
    Rng r = stage_draw(s, FOR_FADE, s->state->step);
    for (size_t i = 0; i < whole; i++) {
        real kept = (real)(1 - s->t->fade * rng_uniform(&r));
        size_t b = i - part.first;
        if (b >= part.count) continue;
        real *p = motion + b * l * D, *last = p + (l - 1) * D;
        for (size_t t = 0; t + 1 < l; t++)
            for (size_t k = 0; k < D; k++) p[t * D + k] = last[k] + kept * (p[t * D + k] - last[k]);
    }
}

static void fill_eps(const Stage *s, size_t whole, Part part) {
    if (!value_exists(s->graph.eps)) return;
    Rng r = stage_draw(s, FOR_SAMPLING, s->state->step);
    real *eps = graph_data(s->graph.graph, s->graph.eps);
    size_t n = s->m->config.latents * s->m->config.bank.width;
    for (size_t i = 0; i < whole * n; i++) {
        double x = rng_normal(&r);
        if (i / n - part.first < part.count) eps[i - part.first * n] = (real)x;
    }
}

/* Networks that do not know where they stand or face cannot go back to where the data does: the
 * target is moved to go on from here. last: the data's last past frame. */
static void move_target(const Stage *s, size_t b, const float *last) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim;
    const float *own = s->rolled + (b * c->past + c->past - 1) * D;
    Placement there = placement_of(last, c->relative_root, c->relative_heading),
              here = placement_of(own, c->relative_root, c->relative_heading);
    real *target = graph_data(s->graph.graph, s->graph.target) + b * c->future * D;
    for (size_t t = 0; t < c->future; t++) {
        float frame[HEADING_NUMBERS];
        for (size_t k = 0; k < HEADING_NUMBERS; k++) frame[k] = (float)target[t * D + k];
        placement_enter(&there, frame, frame);
        placement_leave(&here, frame, frame);
        for (size_t k = 0; k < HEADING_NUMBERS; k++) target[t * D + k] = (real)frame[k];
    }
}

void batch_fill(const Stage *s, const Corpus *corpus, const Crop *windows, size_t count, size_t u) {
    const Config *c = &s->m->config;
    Graph *g = s->graph.graph;
    size_t D = c->motion_dim, M = c->music_dim, past = c->past * D, future = c->future * D;
    for (size_t b = 0; b < count; b++) {
        const Sequence *q = &corpus->items[windows[b].sequence];
        size_t first = windows[b].first + u * c->future;
        const float *motion = q->motion + first * D;
        copy_rows(graph_data(g, s->graph.motion) + b * past, u ? s->rolled + b * past : motion,
                  past);
        if (value_exists(s->graph.genre)) graph_data(g, s->graph.genre)[b] = (real)q->genre;
        if (s->state->stage < 3) {
            copy_rows(graph_data(g, s->graph.target) + b * past, motion, past);
            continue;
        }
        copy_rows(graph_data(g, s->graph.target) + b * future, motion + past, future);
        if (u && (c->relative_root || c->relative_heading)) move_target(s, b, motion + past - D);
        copy_rows(graph_data(g, s->graph.music) + b * c->music * M, q->music + first * M,
                  c->music * M);
    }
}

void batch_advance(const Stage *s, const Crop *windows, size_t count, size_t u) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim, past = c->past * D, future = c->future * D;
    const real *predicted = graph_data(s->graph.graph, s->graph.future);
    for (size_t b = 0; b < count; b++) {
        float *to = s->rolled + b * past;
        if (u == 0)
            memcpy(to, s->corpus->items[windows[b].sequence].motion + windows[b].first * D,
                   past * sizeof *to);
        memmove(to, to + future, (past - future) * sizeof *to);
        for (size_t i = 0; i < future; i++)
            to[past - future + i] = (float)predicted[b * future + i];
    }
}

void batch_augment(const Stage *s, size_t whole, Part part) {
    fade_past(s, whole, part);
    add_noise(s, whole, part);
    fill_eps(s, whole, part);
}

void batch_zero_noise(const Stage *s, size_t count) {
    if (!value_exists(s->graph.eps)) return;
    memset(graph_data(s->graph.graph, s->graph.eps), 0,
           count * s->m->config.latents * s->m->config.bank.width * sizeof(real));
}
