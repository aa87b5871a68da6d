#include "model/train/batch.h"

#include <string.h>

#include "lib/motion/heading.h"
#include "lib/motion/mirror.h"
#include "model/home.h"

Rng stage_draw(const StageRun *s, Purpose purpose, size_t step) {
    Rng r = rng_seed(s->state->seed ^ ((uint64_t)purpose << 56));
    r = rng_seed(rng_next(&r) ^ (uint64_t)s->state->stage);
    r = rng_seed(rng_next(&r) ^ (uint64_t)s->state->epoch);
    return rng_seed(rng_next(&r) ^ (uint64_t)step);
}

static void copy_rows(real *to, const float *from, size_t n) {
    for (size_t i = 0; i < n; i++) to[i] = (real)from[i];
}

static bool is_mirrored(const StageRun *s, size_t b) {
    return s->mirrored && s->mirrored[s->first + b];
}

/* The b-th window's past when unrolling, [l, D]. */
static float *rolled(const StageRun *s, size_t b) {
    return s->rolled + (s->first + b) * s->m->config.past * s->m->config.motion_dim;
}

/* A frame of the data, as in a mirror where the b-th window is to be seen so. */
static void get_frame(const StageRun *s, size_t b, const Sequence *q, size_t t, float *to) {
    const size_t D = s->m->config.motion_dim;
    sequence_frames(q, D, t, 1, to);
    if (is_mirrored(s, b)) mirror_frames(to, 1, joints_of_dim(D));
}

/* `count` of them from `first` on. */
static void copy_frames(const StageRun *s, size_t b, const Sequence *q, size_t first, size_t count,
                        real *to) {
    const size_t D = s->m->config.motion_dim;
    float frame[SEQUENCE_FRAME_MAX];
    for (size_t t = 0; t < count; t++) {
        get_frame(s, b, q, first + t, frame);
        copy_rows(to + t * D, frame, D);
    }
}

void batch_draw_mirrored(StageRun *s, size_t whole, Part part) {
    if (s->t->mirror <= 0) return;
    Rng r = stage_draw(s, FOR_MIRROR, s->state->step);
    for (size_t i = 0; i < whole; i++) {
        const bool drawn = rng_uniform(&r) < s->t->mirror;
        if (i - part.first < part.count) s->mirrored[i - part.first] = drawn;
    }
}

void batch_home(const StageRun *s, const Corpus *corpus, const Crop *windows, size_t count) {
    const Config *c = &s->m->config;
    if (!value_exists(s->graph.home)) return;
    const real *motion = graph_data(s->graph.graph, s->graph.motion);
    for (size_t b = 0; b < count; b++) {
        const real *last = motion + (b * c->past + c->past - 1) * c->motion_dim;
        float start[SEQUENCE_FRAME_MAX], here[HEADING_NUMBERS];
        get_frame(s, b, &corpus->items[windows[b].sequence], 0, start);
        for (size_t k = 0; k < HEADING_NUMBERS; k++) here[k] = (float)last[k];
        home_of(c, start, here, graph_data(s->graph.graph, s->graph.home) + b * HOME_NUMBERS);
    }
}

/* Lets the motion that the networks are given drift away from the data, as a run on the model's own
 * output would have drifted: in every dimension along a line from 0 at the first frame to a
 * Gaussian of t->noise standard deviations at the last. */
static void add_noise(const StageRun *s, size_t whole, Part part) {
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
 * fade, 1]. On its own output a model moves a little less at every step; it learns from this to
 * keep moving when its own past has slowed down. */
static void fade_past(const StageRun *s, size_t whole, Part part) {
    if (s->t->fade <= 0 || !s->spec->predicts) return;
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

/* Normal random numbers for an input, drawn for the whole batch. */
static void fill_normal(const StageRun *s, Value input, Purpose purpose, size_t whole, Part part) {
    if (!value_exists(input)) return;
    Rng r = stage_draw(s, purpose, s->state->step);
    const Graph *g = s->graph.graph;
    real *to = graph_data(s->graph.graph, input);
    size_t n = graph_rows(g, input) * graph_cols(g, input);
    for (size_t i = 0; i < whole * n; i++) {
        double x = rng_normal(&r);
        if (i / n - part.first < part.count) to[i - part.first * n] = (real)x;
    }
}

/* Which frames a predictor that feeds itself is fed: from future frame 1 on floor(grow epoch) of
 * its own, then `fed` true ones, and again (Huang et al. 2021). */
static void feed(const StageRun *s, size_t count) {
    if (!value_exists(s->graph.given)) return;
    size_t K = s->m->config.future, fed = s->t->fed;
    size_t own = (size_t)(s->t->grow * (double)s->state->epoch);
    real *given = graph_data(s->graph.graph, s->graph.given);
    for (size_t b = 0; b < count; b++)
        for (size_t k = 1; k < K && fed > 0; k++)
            given[b * K + k] = (k - 1) % (own + fed) >= own ? 1 : 0;
}

/* Networks that do not know where they stand or face cannot go back to where the data does: the
 * target is moved to go on from here. last: the data's last past frame. */
static void move_target(const StageRun *s, size_t b, const float *last) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim;
    const float *own = rolled(s, b) + (c->past - 1) * D;
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

static void zero(const StageRun *s, Value input, size_t count) {
    if (!value_exists(input)) return;
    Graph *g = s->graph.graph;
    size_t n = graph_rows(g, input) * graph_cols(g, input);
    memset(graph_data(g, input), 0, count * n * sizeof(real));
}

/* Where the data's feet stand, from the frame that the first transition leaves: the window's first
 * frame or, of a step, the last past one. A validation set's error does not ask. */
static void fill_contact(const StageRun *s, const Corpus *corpus, const Crop *windows, size_t count,
                         size_t u) {
    const Config *c = &s->m->config;
    const Value contact = s->graph.contact;
    if (!value_exists(contact)) return;
    if (corpus != s->corpus) {
        zero(s, contact, count);
        return;
    }
    const size_t rows = graph_rows(s->graph.graph, contact);
    real *to = graph_data(s->graph.graph, contact);
    for (size_t b = 0; b < count; b++) {
        size_t first = windows[b].first + (s->spec->predicts ? u * c->future + c->past - 1 : 0);
        corpus_contacts_copy(&s->contacts, windows[b].sequence, first, rows, is_mirrored(s, b),
                             to + b * rows * CONTACT_COLUMNS);
    }
}

void batch_fill(const StageRun *s, const Corpus *corpus, const Crop *windows, size_t count,
                size_t u) {
    const Config *c = &s->m->config;
    Graph *g = s->graph.graph;
    size_t D = c->motion_dim, M = c->music_dim, past = c->past * D, future = c->future * D;
    for (size_t b = 0; b < count; b++) {
        const Sequence *q = &corpus->items[windows[b].sequence];
        size_t first = windows[b].first + u * c->future;
        real *to = graph_data(g, s->graph.motion) + b * past;
        if (u)
            copy_rows(to, rolled(s, b), past);
        else
            copy_frames(s, b, q, first, c->past, to);
        if (value_exists(s->graph.genre)) graph_data(g, s->graph.genre)[b] = (real)q->genre;
        if (!s->spec->predicts) {
            copy_frames(s, b, q, first, c->past, graph_data(g, s->graph.target) + b * past);
            continue;
        }
        copy_frames(s, b, q, first + c->past, c->future,
                    graph_data(g, s->graph.target) + b * future);
        if (u && (c->relative_root || c->relative_heading)) {
            float last[SEQUENCE_FRAME_MAX];
            get_frame(s, b, q, first + c->past - 1, last);
            move_target(s, b, last);
        }
        if (value_exists(s->graph.music))
            copy_rows(graph_data(g, s->graph.music) + b * c->music * M, q->music + first * M,
                      c->music * M);
    }
    fill_contact(s, corpus, windows, count, u);
    zero(s, s->graph.eps, count);
    zero(s, s->graph.noise, count);
    zero(s, s->graph.given, count);
}

void batch_advance(const StageRun *s, const Crop *windows, size_t count, size_t u) {
    const Config *c = &s->m->config;
    size_t D = c->motion_dim, past = c->past * D, future = c->future * D;
    const real *predicted = graph_data(s->graph.graph, s->graph.future);
    for (size_t b = 0; b < count; b++) {
        float *to = rolled(s, b);
        if (u == 0)
            sequence_frames(&s->corpus->items[windows[b].sequence], D, windows[b].first, c->past,
                            to);
        if (u == 0 && is_mirrored(s, b)) mirror_frames(to, c->past, joints_of_dim(D));
        memmove(to, to + future, (past - future) * sizeof *to);
        for (size_t i = 0; i < future; i++)
            to[past - future + i] = (float)predicted[b * future + i];
    }
}

void batch_augment(const StageRun *s, size_t whole, Part part) {
    fade_past(s, whole, part);
    add_noise(s, whole, part);
    fill_normal(s, s->graph.eps, FOR_SAMPLING, whole, part);
    fill_normal(s, s->graph.noise, FOR_PREDICTOR, whole, part);
    feed(s, part.count);
}
