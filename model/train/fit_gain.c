#include "model/train/fit_gain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/comm.h"
#include "lib/base/rate.h"
#include "lib/motion/motion.h"
#include "model/generate.h"

enum {
    FLOOR,
    HEIGHT,
    ROTATIONS, /* the first joint's */
    MOST_GROUPS = ROTATIONS + JOINTS_MAX,
    BATCH = 16 /* dances that are made together */
};

static const double SECONDS = 20; /* of a dance, at most */

static size_t group_of(size_t column) {
    if (column >= 3) return ROTATIONS + (column - 3) / 9;
    return column == 1 ? HEIGHT : FLOOR;
}

/* Sums of squared changes from frame to frame, by group. */
typedef double Changes[MOST_GROUPS];

typedef struct {
    Model *m;
    const Corpus *corpus;
    size_t *chosen; /* sequences, in order */
    size_t count, mine; /* of all processes; of this one: chosen[0 .. mine - 1] */
    size_t longest; /* frames of a dance, at most */
    float *motion; /* [BATCH, longest, D] */
    Changes data; /* as the dances of all processes were recorded */
    Generator *generator;
    GainProgress *progress; /* may be NULL */
    void *user;
    size_t done; /* dances of this process, over all rounds */
} Fit;

static size_t dance_frames(const Fit *f, const Sequence *q) {
    return q->frames < f->longest ? q->frames : f->longest;
}

static void add_changes(const float *motion, size_t past, size_t frames, size_t dim, double *sums) {
    for (size_t t = past; t < frames; t++)
        for (size_t k = 0; k < dim; k++) {
            double change = (double)motion[t * dim + k] - (double)motion[(t - 1) * dim + k];
            sums[group_of(k)] += change * change;
        }
}

static const Sequence *chosen(const Fit *f, size_t i) { return &f->corpus->items[f->chosen[i]]; }

static void add_recorded(Fit *f) {
    const size_t past = f->m->config.past, D = f->m->config.motion_dim;
    for (size_t i = 0; i < f->mine; i++) {
        const size_t frames = dance_frames(f, chosen(f, i));
        sequence_frames(chosen(f, i), D, 0, frames, f->motion);
        add_changes(f->motion, past, frames, D, f->data);
    }
    comm_sum(f->data, MOST_GROUPS);
}

/* Dances chosen[first .. first + count - 1]. */
static int add_made(const Fit *f, size_t first, size_t count, double *sums, Error *err) {
    const size_t past = f->m->config.past, D = f->m->config.motion_dim;
    GenerationJob jobs[BATCH];
    for (size_t i = 0; i < count; i++) {
        const Sequence *q = chosen(f, first + i);
        jobs[i] = (GenerationJob){.motion = f->motion + i * f->longest * D,
                                  .frames = dance_frames(f, q),
                                  .music = q->music,
                                  .music_frames = q->music_frames,
                                  .genre = q->genre,
                                  .song = "",
                                  .number = f->chosen[first + i]};
        sequence_frames(q, D, 0, past, jobs[i].motion);
    }
    if (generator_run(f->generator, jobs, count, NULL, NULL, err)) return -1;
    for (size_t i = 0; i < count; i++) add_changes(jobs[i].motion, past, jobs[i].frames, D, sums);
    return 0;
}

/* Lets the dances of all processes be made. */
static int dance(Fit *f, Changes made, Error *err) {
    int status = 0;
    memset(made, 0, sizeof(Changes));
    for (size_t i = 0; status == 0 && i < f->mine; i += BATCH) {
        size_t count = f->mine - i < BATCH ? f->mine - i : BATCH;
        status = add_made(f, i, count, made, err);
        f->done += count;
        if (f->progress) f->progress(f->user, f->done, GAIN_ROUNDS * f->mine);
    }
    if (comm_all_ok(status, err)) return -1;
    comm_sum(made, MOST_GROUPS);
    return 0;
}

static double total(const Changes sums) {
    double sum = 0;
    for (size_t i = 0; i < MOST_GROUPS; i++) sum += sums[i];
    return sum;
}

static void set_gains(const Fit *f, const double *gains) {
    real *to = model_values(f->m, "motion.gain");
    for (size_t k = 0; k < f->m->config.motion_dim; k++) to[k] = (real)gains[group_of(k)];
}

static void adjust(double *gains, const Fit *f, const Changes made, size_t groups) {
    const double least = 1e-9 * total(f->data);
    for (size_t i = 0; i < groups; i++) {
        /* What only trembles by rounding has no movement to be compared. */
        if (!(f->data[i] > least) || !(made[i] > least)) continue;
        double gain = gains[i] * pow(f->data[i] / made[i], 0.3);
        gains[i] = fmin(fmax(gain, 0.5), 2);
    }
}

static int run_rounds(Fit *f, GainFit *out, Error *err) {
    const size_t groups = ROTATIONS + joints_of_dim(f->m->config.motion_dim);
    double gains[MOST_GROUPS];
    for (size_t i = 0; i < groups; i++) gains[i] = 1;
    add_recorded(f);
    for (int round = 0; round < GAIN_ROUNDS; round++) {
        Changes made;
        set_gains(f, gains);
        if (dance(f, made, err)) return -1;
        out->after = sqrt(total(made) / total(f->data));
        if (round == 0) out->before = out->after;
        if (!(out->after > 0) || !isfinite(out->after))
            return error_set(err, "the model's dances or the data's do not move");
        adjust(gains, f, made, groups);
    }
    set_gains(f, gains);
    out->floor = gains[FLOOR];
    out->height = gains[HEIGHT];
    out->least = out->most = gains[ROTATIONS];
    for (size_t i = ROTATIONS; i < groups; i++) {
        out->least = fmin(out->least, gains[i]);
        out->most = fmax(out->most, gains[i]);
    }
    return 0;
}

/* Sequences that are longer than a seed and a step, at most GAIN_DANCES of them; of this process's
 * part, chosen begins with the first. */
static int choose_dances(Fit *f, Error *err) {
    const Corpus *c = f->corpus;
    const Config *config = &f->m->config;
    size_t *fitting = malloc((c->count + 1) * sizeof *fitting), count = 0;
    f->chosen = malloc(GAIN_DANCES * sizeof *f->chosen);
    if (!fitting || !f->chosen) {
        free(fitting);
        return error_set(err, "out of memory");
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->items[i].frames > config->past + config->keep) fitting[count++] = i;
    f->count = count < GAIN_DANCES ? count : GAIN_DANCES;
    Part part = comm_part(f->count);
    f->mine = part.count;
    for (size_t i = 0; i < part.count; i++)
        f->chosen[i] = fitting[(part.first + i) * count / f->count];
    free(fitting);
    if (f->count > 0) return 0;
    return error_set(err, "no dance is longer than %zu frames, a seed and a step",
                     config->past + config->keep);
}

static int prepare(Fit *f, Error *err) {
    const Config *c = &f->m->config;
    size_t batch = f->mine < BATCH ? f->mine : BATCH;
    f->longest = rate_frames(SECONDS, c->fps > 0 ? c->fps : (double)RATE_UNSAID);
    if (f->longest <= c->past + c->keep) f->longest = c->past + c->keep + 1;
    if (batch == 0) return 0;
    f->motion = malloc(batch * f->longest * c->motion_dim * sizeof *f->motion);
    if (!f->motion) return error_set(err, "out of memory");
    return generator_new(&f->generator, f->m, batch, c->keep, 0, err);
}

int fit_gain(Model *m, const Corpus *corpus, GainProgress *progress, void *user, GainFit *out,
             Error *err) {
    Fit f = {.m = m, .corpus = corpus, .progress = progress, .user = user};
    double none[MOST_GROUPS];
    for (size_t i = 0; i < MOST_GROUPS; i++) none[i] = 1;
    *out = (GainFit){0};
    set_gains(&f, none);
    int status = choose_dances(&f, err);
    if (status == 0) status = prepare(&f, err);
    status = comm_all_ok(status, err);
    out->dances = f.count;
    if (status == 0) status = run_rounds(&f, out, err);
    if (status) set_gains(&f, none);
    generator_free(f.generator);
    free(f.motion);
    free(f.chosen);
    return status;
}
