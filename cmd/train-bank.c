/* train-bank: stages 1 and 2 of the paper: the manifold bank, the past-future bank, and RefineBank's networks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/runtime.h"
#include "lib/tensorfile.h"
#include "lib/threads.h"
#include "shared/corpus.h"
#include "shared/training.h"

/* The centres of every genre, in the model's order, from GENRE.npz files in a folder or from one file. */
static int read_centers(const char *path, Model *m, Tensors *sets, const float **centers, Error *err) {
    const Config *c = &m->config;
    for (size_t i = 0; i < m->genre_count; i++) {
        char name[300];
        snprintf(name, sizeof name, "%.250s.npz", m->genres[i]);
        if (!folder_exists(path) && m->genre_count > 1)
            return fail(err, "%s: is one file, but the data set has %zu genres; give the folder that cluster-ap wrote", path, m->genre_count);
        char *file = folder_exists(path) ? path_join(path, name) : path_join("", path);
        if (!file) return fail(err, "out of memory");
        int status = tensorfile_read(file, &sets[i], err);
        Tensor *t = status ? NULL : tensors_need(&sets[i], "centers", err);
        if (status == 0 && !t) status = fail_in(err, file);
        if (status == 0 && (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err))) status = fail_in(err, file);
        if (status == 0 && (t->rank != 3 || t->shape[0] != c->items || t->shape[1] != c->past || t->shape[2] != c->motion_dim)) {
            char shape[200];
            status = fail(err, "%s: centers are %s, but this run needs [%zu, %zu, %zu]; --items and --past must be cluster-ap's --clusters and --length",
                          file, tensor_shape_text(t, shape), c->items, c->past, c->motion_dim);
        }
        if (status == 0) centers[i] = tensor_f32(t);
        free(file);
        if (status) return -1;
    }
    return 0;
}

/* Weights, statistics, items and seeds before the first step. */
static int initialise(Model *m, const Settings *s, const Loaded *data, const char *clusters, Error *err) {
    Tensors *sets = calloc(m->genre_count, sizeof *sets);
    const float **centers = calloc(m->genre_count, sizeof *centers);
    int status = sets && centers ? 0 : fail(err, "out of memory");
    Rng rng = rng_seed((uint64_t)s->seed);
    if (status == 0) params_initialise(&m->params, &rng);
    if (status == 0) status = read_centers(clusters, m, sets, centers, err);
    if (status == 0) status = train_statistics(m, &data->corpus, err);
    if (status == 0) status = bank_initialise(m, centers, err);
    size_t window = m->config.past * m->config.motion_dim;
    real *seeds = model_values(m, "seed.motion"); /* the largest cluster comes first */
    for (size_t i = 0; status == 0 && i < m->genre_count; i++) memcpy(seeds + i * window, centers[i], window * sizeof *seeds);
    for (size_t i = 0; sets && i < m->genre_count; i++) tensors_free(&sets[i]);
    free(sets);
    free(centers);
    return status;
}

/* TRAIN_DONE, TRAIN_STOPPED or -1. */
static int train(Run *run, Model *m, const Settings *s, const Loaded *data, const Loaded *val, const char *clusters, Error *err) {
    TrainState state = {.stage = 1, .seed = (uint64_t)s->seed};
    TrainHooks hooks = run_hooks(run);
    int status = run_resume(run, m, &state, err);
    if (status == 0) status = initialise(m, s, data, clusters, err);
    else if (status == 1) status = 0;
    while (status == 0 && state.stage <= 2) {
        status = train_stage(m, &data->corpus, val ? &val->corpus : NULL, &s->stage[state.stage - 1], &state, &hooks, err);
        if (status == TRAIN_DONE && state.stage == 1) status = bank_derive_transit(m, err);
        if (status != TRAIN_DONE) break;
        params_reset_adam(&m->params);
        state = (TrainState){.stage = state.stage + 1, .seed = state.seed};
    }
    return status;
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    Program program = {.name = "train-bank", .usage = "[OPTION]... --clusters DIR_OR_FILE -o BANK.safetensors DATASET.tsv",
        .about = "Trains the banks: stage 1 learns the manifold bank (eq. 7), from which the past-future bank follows; stage 2 "
                 "learns RefineBank's encoder and decoder for it (eq. 8). Logs TSV on stdout.",
        .example = "train-bank --preset small --clusters clusters -o bank.safetensors train.tsv"};
    Settings s;
    int status = settings_preset(&program, argc, argv, &s), first;
    if (status) return status;
    const char *clusters = NULL;
    Config *c = &s.config;
    Option options[64];
    size_t n = settings_common_options(&s, options);
    Option own[] = {
        {"clusters", 0, OPTION_TEXT, &clusters, "PATH", "What cluster-ap wrote: its folder, or one file. Needed.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "The model", 0, 0, NULL},
        {"refine", 0, OPTION_CHOICE, &s.refine, "bank|discrete|ae|vae", "How RefineBank projects latents (Table 3).", 0, 0, NULL},
        {"items", 0, OPTION_SIZE, &c->items, "N", "Items of a bank.", 1, 1e6, NULL},
        {"latents", 0, OPTION_SIZE, &c->latents, "n", "Latents of a window.", 1, 64, NULL},
        {"bank-width", 0, OPTION_SIZE, &c->bank.width, "C", "Width of an item and of the banks' networks.", 1, 65536, NULL},
        {"bank-heads", 0, OPTION_SIZE, &c->bank.heads, "H", "Attention heads.", 1, 1024, NULL},
        {"bank-mlp", 0, OPTION_SIZE, &c->bank.mlp, "F", "Width of the MLP.", 1, 65536, NULL},
        {"bank-layers", 0, OPTION_SIZE, &c->bank_layers, "L", "Layers of each encoder and decoder.", 0, 256, NULL},
    };
    memcpy(options + n, own, sizeof own);
    n += sizeof own / sizeof *own;
    n += settings_window_options(&s, options + n);
    Training common = s.stage[0]; /* options that both stages share are written here, and copied if they were given */
    Option stages[] = {
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Training", 0, 0, NULL},
        {"epochs1", 0, OPTION_SIZE, &s.stage[0].epochs, "E", "Epochs of stage 1.", 0, 1e9, NULL},
        {"epochs2", 0, OPTION_SIZE, &s.stage[1].epochs, "E", "Epochs of stage 2.", 0, 1e9, NULL},
        {"lr1", 0, OPTION_REAL, &s.stage[0].lr, "LR", "Learning rate of stage 1.", 0, 10, NULL},
        {"lr2", 0, OPTION_REAL, &s.stage[1].lr, "LR", "Learning rate of stage 2.", 0, 10, NULL},
        {"beta", 0, OPTION_REAL, &s.stage[0].beta, "BETA", "Weight of the commitment loss (eq. 7).", 0, 1000, NULL},
    };
    memcpy(options + n, stages, sizeof stages);
    n += sizeof stages / sizeof *stages;
    size_t shared = n;
    bool given[8] = {false};
    n += settings_training_options(&s, &common, options + n);
    for (size_t i = shared; i < n; i++) options[i].given = &given[i - shared];
    program.options = options;
    program.count = n;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if (argc - first != 1) return usage_error(&program, "one DATASET.tsv is needed");
    if (!s.output || !clusters) return usage_error(&program, "%s is needed", s.output ? "--clusters" : "-o");
    for (int i = 0; i < 2; i++) {
        Training *t = &s.stage[i];
        if (given[0]) t->batch = common.batch;
        if (given[2]) t->warmup = common.warmup;
        if (given[3]) t->noise = common.noise;
        if (given[4]) t->root_weight = common.root_weight;
        if (given[5]) t->kl = common.kl;
    }

    if (c->keep > c->future) c->keep = c->future; /* the predictor's affairs: a preset's must not stand in a bank's way */
    if (c->join > c->future) c->join = c->future;
    if (c->music < c->past + c->future) c->music = c->past + c->future;

    Error err;
    Model m = {0};
    Loaded data = {0}, val = {0};
    Run run;
    const char **genres = NULL;
    size_t genre_count = 0;
    threads_set((int)s.threads);
    status = settings_finish(&s, &err);
    if (status == 0) status = corpus_load(argv[first], false, &data, &err);
    if (status == 0 && s.validation) status = corpus_load(s.validation, false, &val, &err);
    if (status == 0) status = dataset_genres(&data.dataset, &genres, &genre_count, &err);
    c->motion_dim = data.corpus.motion_dim;
    c->music_dim = 35;
    if (status == 0) status = model_new(&m, KIND_BANK, c, genres, genre_count, true, &err);
    if (status == 0) status = params_allocate(&m.params, true, &err);
    if (status == 0) status = corpus_set_genres(&data, argv[first], &m, &err);
    if (status == 0 && s.validation) status = corpus_set_genres(&val, s.validation, &m, &err);
    if (status == 0) {
        run_start(&run, &program, &s, &m);
        run_describe(&run, " data=%016" PRIx64, corpus_checksum(&data));
        status = train(&run, &m, &s, &data, s.validation ? &val : NULL, clusters, &err);
    }
    status = run_end(&s, &m, status, &err);
    if (status) report(&program, &err);
    free(genres);
    model_free(&m);
    corpus_free(&data);
    corpus_free(&val);
    return finish(&program, status ? 1 : 0);
}
