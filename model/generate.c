#include "model/generate.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/base/numbers.h"
#include "model/escape.h"
#include "model/home.h"
#include "model/keep_within.h"
#include "model/predictors/predictors.h"

struct Generator {
    Params params; /* shallow: shares the model's values */
    Config config; /* the model's, with the gain asked for */
    size_t max_batch, keep;
    Graph *graph;
    Step step;
    double temperature; /* of what is drawn; 0: nothing is */
    uint64_t seed;
    double radius; /* of the stage, in metres; 0: there is no stage */
    Escape escape; /* its share 0: none */
    Bf16Weights rounded;
};

static int record(Generator *g, StepUse use, Error *err) {
    graph_free(g->graph);
    g->graph = graph_new(&g->params, g->max_batch);
    if (!g->graph) return error_set(err, "out of memory");
    g->step = step_build(g->graph, &g->config, use);
    return graph_finish(g->graph, NO_VALUE, err);
}

int generator_new(Generator **out, const Model *m, size_t max_batch, size_t keep, double gain,
                  Error *err) {
    *out = NULL;
    Generator *g = calloc(1, sizeof *g);
    if (!g) return error_set(err, "out of memory");
    *g =
        (Generator){.params = m->params, .config = m->config, .max_batch = max_batch, .keep = keep};
    if (gain > 0) {
        g->config.gain = gain;
        g->config.joint_gains = false;
    }
    g->params.grad = NULL;
    g->escape = (Escape){.mean = model_constants(m, "motion.mean"),
                         .std = model_constants(m, "motion.std"),
                         .heading = m->config.relative_heading,
                         .share = m->config.escape};
    const int status = record(g, STEP_GENERATES, err);
    if (status)
        generator_free(g);
    else
        *out = g;
    return status;
}

void generator_free(Generator *g) {
    if (!g) return;
    graph_free(g->graph);
    for (size_t i = 0; g->rounded.matrices && i < g->params.count; i++)
        bf16_matrix_free(&g->rounded.matrices[i]);
    free(g->rounded.matrices);
    free(g->rounded.input);
    free(g);
}

int generator_round(Generator *g, Error *err) {
    const Predictor *p = predictor_at(g->config.predictor_id);
    size_t rows = 0, widest = 0;
    g->rounded.matrices = calloc(g->params.count + 1, sizeof *g->rounded.matrices);
    if (!g->rounded.matrices) return error_set(err, "out of memory");
    for (size_t i = 0; i < g->params.count; i++) {
        const Param *w = &g->params.items[i];
        if (!predictor_rounds(p, w)) continue;
        if (bf16_matrix(&g->rounded.matrices[i], bf16_kernel(), w->shape[0], w->shape[1],
                        params_values(&g->params, i), err))
            return -1;
        size_t own_rows = graph_parameter_rows(g->graph, (Parameter){i + 1});
        rows = own_rows > rows ? own_rows : rows;
        widest = w->shape[1] > widest ? w->shape[1] : widest;
    }
    if (widest == 0) return predictor_nothing_rounded(p, err);
    g->rounded.input = memory_block(bf16_input_size(bf16_kernel(), g->max_batch * rows, widest));
    if (!g->rounded.input) return error_set(err, "out of memory");
    g->params.rounded = &g->rounded;
    return 0;
}

/* Past and music of the dance whose next frame is `at`, as the b-th of a batch. */
static void fill(const Generator *g, const GenerationJob *d, size_t b, size_t at) {
    const Config *c = &g->config;
    size_t past = c->past * c->motion_dim, first = at - c->past;
    real *motion = graph_data(g->graph, g->step.past) + b * past;
    for (size_t i = 0; i < past; i++) motion[i] = (real)d->motion[first * c->motion_dim + i];
    if (value_exists(g->step.genre)) graph_data(g->graph, g->step.genre)[b] = (real)d->genre;
    if (value_exists(g->step.home))
        home_of(c, d->motion, d->motion + (at - 1) * c->motion_dim,
                graph_data(g->graph, g->step.home) + b * HOME_NUMBERS);
    if (!value_exists(g->step.music)) return;
    real *music = graph_data(g->graph, g->step.music) + b * c->music * c->music_dim;
    for (size_t t = 0; t < c->music; t++) {
        size_t frame = first + t < d->music_frames ? first + t : d->music_frames - 1;
        for (size_t k = 0; k < c->music_dim; k++)
            music[t * c->music_dim + k] = (real)d->music[frame * c->music_dim + k];
    }
}

void generator_keep_within(Generator *g, double radius) { g->radius = radius; }

int generator_escape(Generator *g, double share, Error *err) {
    if (share > 0 && !g->escape.std)
        return error_set(err, "the model knows no mean pose (--no-standardise): dances that repeat "
                              "themselves cannot be led there");
    g->escape.share = share;
    return 0;
}

int generator_draw(Generator *g, double temperature, uint64_t seed, Error *err) {
    if (!value_exists(g->step.noise) && !g->config.transit)
        return error_set(err,
                         "the predictor %s draws no random numbers and there is no TransitBank to "
                         "draw from: the model has one dance",
                         predictor_at(g->config.predictor_id)->name);
    g->temperature = temperature;
    g->seed = seed;
    return g->config.transit ? record(g, STEP_DRAWS, err) : 0;
}

/* Minus the logarithm of an exponential random number (Gumbel). */
static double rng_gumbel(Rng *r) { return -log(-log1p(-rng_uniform(r)) + 1e-300); }

/* The b-th of a batch's random numbers for an input, which may be none; with temperature 0 zeros,
 * the most probable dance. */
static void fill_random(const Generator *g, Value input, double (*draw)(Rng *r), Rng r, size_t b) {
    if (!value_exists(input)) return;
    size_t n = graph_rows(g->graph, input) * graph_cols(g->graph, input);
    real *to = graph_data(g->graph, input) + b * n;
    for (size_t i = 0; i < n; i++)
        to[i] = g->temperature > 0 ? (real)(g->temperature * draw(&r)) : 0;
}

enum { FOR_RECALL = 1 }; /* beside the predictor's, which are older */

static void fill_noise(const Generator *g, const GenerationJob *d, size_t b, size_t at) {
    Rng r = rng_seed(g->seed);
    r = rng_seed(rng_next(&r) ^ d->number);
    r = rng_seed(rng_next(&r) ^ at);
    fill_random(g, g->step.noise, rng_normal, r, b);
    fill_random(g, g->step.recalled, rng_gumbel, rng_seed(rng_next(&r) ^ FOR_RECALL), b);
}

int generator_run(Generator *g, GenerationJob *dances, size_t count,
                  void (*progress)(void *user, size_t done, size_t total), void *user, Error *err) {
    const Config *c = &g->config;
    size_t longest = 0, D = c->motion_dim;
    for (size_t i = 0; i < count; i++)
        longest = dances[i].frames > longest ? dances[i].frames : longest;
    for (size_t at = c->past; at < longest; at += g->keep) {
        size_t batch = 0, active[g->max_batch]; /* dances that are not done yet */
        for (size_t i = 0; i < count; i++)
            if (dances[i].frames > at) active[batch++] = i;
        for (size_t b = 0; b < batch; b++) {
            fill(g, &dances[active[b]], b, at);
            fill_noise(g, &dances[active[b]], b, at);
        }
        graph_forward(g->graph, batch);
        const real *future = graph_data(g->graph, g->step.future);
        for (size_t b = 0; b < batch; b++) {
            GenerationJob *d = &dances[active[b]];
            size_t n = d->frames - at < g->keep ? d->frames - at : g->keep;
            float *out = d->motion + at * D;
            for (size_t i = 0; i < n * D; i++) out[i] = (float)future[b * c->future * D + i];
            size_t bad = floats_first_nonfinite(out, n * D);
            if (bad < n * D)
                return error_set(err, "the motion is no longer finite at frame %zu", at + bad / D);
            if (g->escape.share > 0 && n == g->keep)
                escape_loop(&g->escape, d->motion, D, c->past, at + n, n);
            if (g->radius > 0) keep_within(d->motion, D, at, at + n, g->radius);
        }
        if (progress) progress(user, at + g->keep < longest ? at + g->keep : longest, longest);
    }
    return 0;
}
