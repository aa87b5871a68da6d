#include "model/train/bank_training.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/checksum.h"
#include "lib/base/rate.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"
#include "model/banks/bank_init.h"
#include "model/train/run.h"
#include "model/train/statistics.h"

/* A bank takes no music; its configuration has the key all the same, for whose value mint's 35
 * features were chosen. */
enum { UNUSED_MUSIC_DIM = 35 };

typedef struct {
    const char *clusters;
    size_t genres;
    Tensors *sets; /* [genres] what the cluster files hold */
    const float **centers; /* [genres][items, l, D] into them */
} BankSources;

/* Numbers of a preset that are the predictor's and contradict the bank's are adapted: a bank file
 * has them, but nothing uses them. */
static void adapt_to_bank(Config *c) {
    if (c->keep > c->future) c->keep = c->future;
    if (c->join > c->future) c->join = c->future;
    if (c->music < c->past + c->future) c->music = c->past + c->future;
}

/* GENRE.npz in the folder of clusters, or the file that they are in. Owned. */
static char *clusters_path(const BankSources *b, const char *genre) {
    char name[300];
    snprintf(name, sizeof name, "%.250s.npz", genre);
    return folder_exists(b->clusters) ? path_join(b->clusters, name) : path_join("", b->clusters);
}

static int check_shape(const Tensor *t, const Config *c, Error *err) {
    char shape[200];
    if (t->rank == 3 && t->shape[0] == c->items && t->shape[1] == c->past &&
        t->shape[2] == c->motion_dim)
        return 0;
    return error_set(err,
                     "centers are %s, but this run needs [%zu, %zu, %zu]; --items and --past must "
                     "be cluster-ap's --clusters and --length",
                     tensor_shape_text(t, shape), c->items, c->past, c->motion_dim);
}

/* cluster-ap writes the rate of the motions that it clustered. */
static int check_rate(Run *run, const char *path, const Tensors *set, double fps, Error *err) {
    double found = RATE_UNSAID;
    bool said;
    if (scalar_find(set, &scalar_fps, &found, &said, err)) return -1;
    if (!said && !run->assumed[0]) rate_unsaid_text(path, run->assumed);
    if (rate_same(found, fps)) return 0;
    return error_set(err,
                     "clusters of motion at %g frames a second%s, but %s has %g; run cluster-ap "
                     "again",
                     found, said ? "" : " (they do not say so; older ones are meant so)",
                     run->settings->dataset, fps);
}

static int read_genre_centers(Run *run, const char *path, const Config *c, Tensors *set,
                              const float **centers, Error *err) {
    if (tensor_file_read(path, set, err)) return -1;
    Tensor *t = tensors_need(set, "centers", err);
    if (!t || tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err) ||
        check_shape(t, c, err) || check_rate(run, path, set, c->fps, err))
        return error_prefix(err, path);
    *centers = tensor_f32(t);
    return 0;
}

/* The centres of every genre, in the model's order. */
static int read_centers(Run *run, BankSources *b, Error *err) {
    const Model *m = &run->model;
    size_t genres = b->genres = m->config.genre_count;
    b->sets = calloc(genres, sizeof *b->sets);
    b->centers = calloc(genres, sizeof *b->centers);
    if (!b->sets || !b->centers) return error_set(err, "out of memory");
    if (!folder_exists(b->clusters) && genres > 1)
        return error_set(err,
                         "%s: is one file, but the data set has %zu genres; give the folder that "
                         "cluster-ap wrote",
                         b->clusters, genres);
    for (size_t i = 0; i < genres; i++) {
        char *path = clusters_path(b, m->genres[i]);
        if (!path) return error_set(err, "out of memory");
        int status = read_genre_centers(run, path, &m->config, &b->sets[i], &b->centers[i], err);
        free(path);
        if (status) return -1;
    }
    return 0;
}

/* --- the steps of the run (RunSteps) --- */

static int read_sources(Run *run, Error *err) {
    Config c = run->settings->config;
    const char **genres = NULL;
    size_t count = 0;
    if (run_read_sets(run, NULL, err)) return -1;
    if (dataset_genres(&run->data.dataset, &genres, &count, err)) return -1;
    c.motion_dim = run->data.corpus.motion_dim;
    c.music_dim = UNUSED_MUSIC_DIM;
    c.fps = run->data.fps;
    preset_to_rate(run->settings, c.fps, &c);
    adapt_to_bank(&c);
    preset_rate_text(run->settings, &c, PRESET_WINDOW, run->preset_text);
    int status = model_new(&run->model, KIND_BANK, &c, genres, count, true, err);
    free(genres);
    if (status || run_number_genres(run, err)) return -1;
    return run->settings->dry_run ? 0 : read_centers(run, run->user, err);
}

/* Each genre's seed is the centre of its largest cluster, which comes first. */
static void set_seeds(Model *m, const float *const *centers) {
    size_t window = m->config.past * m->config.motion_dim;
    real *seeds = model_values(m, "seed.motion");
    for (size_t i = 0; i < m->config.genre_count; i++)
        memcpy(seeds + i * window, centers[i], window * sizeof *seeds);
}

static int initialise(Run *run, Error *err) {
    const BankSources *b = run->user;
    Model *m = &run->model;
    Rng rng = rng_seed((uint64_t)run->settings->seed);
    params_initialise(&m->params, &rng);
    if (train_statistics(m, &run->data.corpus, err)) return -1;
    if (bank_initialise(m, b->centers, err)) return -1;
    set_seeds(m, b->centers);
    return 0;
}

static void describe(const Run *run, Buffer *text) {
    const BankSources *b = run->user;
    const Config *c = &run->model.config;
    uint64_t sum = CHECKSUM_OF_NOTHING;
    for (size_t i = 0; b->centers && i < c->genre_count; i++)
        sum = checksum_add(sum, b->centers[i], c->items * c->past * c->motion_dim);
    buffer_print(text, " clusters=%016" PRIx64, sum);
}

/* Stage 2 trains for the bank that stage 1 has made, from which the past-future bank follows. */
static int finish_stage(Run *run, Stage stage, Error *err) {
    return stage == STAGE_MANIFOLD ? bank_derive_transit(&run->model, err) : 0;
}

int bank_training(const Program *program, const TrainSettings *s, const char *clusters,
                  Error *err) {
    static const RunSteps steps = {.read = read_sources,
                                   .initialise = initialise,
                                   .describe = describe,
                                   .finish_stage = finish_stage};
    BankSources b = {.clusters = clusters};
    Run run = {.program = program, .settings = s, .steps = &steps, .user = &b};
    int status = run_training(&run, err);
    for (size_t i = 0; b.sets && i < b.genres; i++) tensors_free(&b.sets[i]);
    free(b.sets);
    free(b.centers);
    return status;
}
