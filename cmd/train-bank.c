/* train-bank: stages 1 and 2 of the paper: the manifold bank, the past-future bank, and
 * RefineBank's networks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/checksum.h"
#include "lib/base/comm.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/formats/tensor_file.h"
#include "model/banks/bank_init.h"
#include "model/train/broadcast.h"
#include "model/train/checkpoint.h"
#include "model/train/dry_run.h"
#include "model/train/statistics.h"

typedef struct {
    TrainSettings s;
    const char *clusters, *dataset;
    Model m;
    TrainingSet data, val;
    Tensors *sets; /* [genres] what the cluster files hold */
    const float **centers; /* [genres][items, l, D] into them */
} BankRun;

/* The centres of every genre, in the model's order, from GENRE.npz files in a folder or from one
 * file. */
static int read_centers(BankRun *j, Error *err) {
    const Model *m = &j->m;
    const char *path = j->clusters;
    j->sets = calloc(m->config.genre_count, sizeof *j->sets);
    j->centers = calloc(m->config.genre_count, sizeof *j->centers);
    if (!j->sets || !j->centers) return error_set(err, "out of memory");
    const Config *c = &m->config;
    for (size_t i = 0; i < m->config.genre_count; i++) {
        char name[300];
        snprintf(name, sizeof name, "%.250s.npz", m->genres[i]);
        if (!folder_exists(path) && m->config.genre_count > 1)
            return error_set(err,
                             "%s: is one file, but the data set has %zu genres; give the folder "
                             "that cluster-ap wrote",
                             path, m->config.genre_count);
        char *file = folder_exists(path) ? path_join(path, name) : path_join("", path);
        if (!file) return error_set(err, "out of memory");
        int status = tensor_file_read(file, &j->sets[i], err);
        Tensor *t = status ? NULL : tensors_need(&j->sets[i], "centers", err);
        if (status == 0 && !t) status = error_prefix(err, file);
        if (status == 0 && (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err)))
            status = error_prefix(err, file);
        if (status == 0 && (t->rank != 3 || t->shape[0] != c->items || t->shape[1] != c->past ||
                            t->shape[2] != c->motion_dim)) {
            char shape[200];
            status = error_set(err,
                               "%s: centers are %s, but this run needs [%zu, %zu, %zu]; --items "
                               "and --past must be cluster-ap's --clusters and --length",
                               file, tensor_shape_text(t, shape), c->items, c->past, c->motion_dim);
        }
        if (status == 0) j->centers[i] = tensor_f32(t);
        free(file);
        if (status) return -1;
    }
    return 0;
}

/* Weights, statistics, items and seeds before the first step. */
static int initialise(void *context, Error *err) {
    BankRun *j = context;
    Model *m = &j->m;
    Rng rng = rng_seed((uint64_t)j->s.seed);
    params_initialise(&m->params, &rng);
    if (train_statistics(m, &j->data.corpus, err) || bank_initialise(m, j->centers, err)) return -1;
    size_t window = m->config.past * m->config.motion_dim;
    real *seeds = model_values(m, "seed.motion"); /* the largest cluster comes first */
    for (size_t i = 0; i < m->config.genre_count; i++)
        memcpy(seeds + i * window, j->centers[i], window * sizeof *seeds);
    return 0;
}

/* By the first process: everything there is to read, and the model without its weights. */
static int read_inputs(BankRun *j, Error *err) {
    const char **genres = NULL;
    size_t genre_count = 0;
    int status = training_set_load(j->dataset, NULL, NULL, &j->data, err);
    if (status == 0 && j->s.validation)
        status = training_set_load(j->s.validation, NULL, NULL, &j->val, err);
    if (status == 0) status = dataset_genres(&j->data.dataset, &genres, &genre_count, err);
    j->s.config.motion_dim = j->data.corpus.motion_dim;
    j->s.config.music_dim = 35;
    if (status == 0)
        status = model_new(&j->m, KIND_BANK, &j->s.config, genres, genre_count, true, err);
    if (status == 0)
        status = training_set_number_genres(&j->data, j->dataset, j->m.genres,
                                            j->m.config.genre_count, err);
    if (status == 0 && j->s.validation)
        status = training_set_number_genres(&j->val, j->s.validation, j->m.genres,
                                            j->m.config.genre_count, err);
    free(genres);
    return status == 0 && !j->s.dry_run ? read_centers(j, err) : status;
}

static uint64_t centers_checksum(const BankRun *j) {
    uint64_t sum = CHECKSUM_OF_NOTHING;
    for (size_t i = 0; j->centers && i < j->m.config.genre_count; i++)
        sum = checksum_add(sum, j->centers[i],
                           j->m.config.items * j->m.config.past * j->m.config.motion_dim);
    return sum;
}

static void job_free(BankRun *j) {
    for (size_t i = 0; j->sets && i < j->m.config.genre_count; i++) tensors_free(&j->sets[i]);
    free(j->sets);
    free(j->centers);
    model_free(&j->m);
    training_set_free(&j->data);
    training_set_free(&j->val);
}

static int share_inputs(BankRun *j, Error *err) {
    return model_broadcast(&j->m, err) || training_set_broadcast(&j->data, err) ||
                   (j->s.validation && training_set_broadcast(&j->val, err))
               ? -1
               : 0;
}

/* TRAIN_DONE, TRAIN_STOPPED or -1. */
static int train(const Program *program, BankRun *j, Error *err) {
    Run run;
    run_start(&run, program, &j->s, &j->m);
    run_describe(&run, " data=%016" PRIx64 " clusters=%016" PRIx64, training_set_checksum(&j->data),
                 centers_checksum(j));
    TrainState state = {.stage = 1, .seed = (uint64_t)j->s.seed};
    TrainHooks hooks = run_hooks(&run);
    int status = checkpoint_start(&run, &j->m, &state, initialise, j, err);
    while (status == 0 && state.stage <= 2) {
        status = train_stage(&j->m, &j->data.corpus, j->s.validation ? &j->val.corpus : NULL,
                             &j->s.stage[state.stage - 1], &state, &hooks, err);
        if (status == TRAIN_DONE && state.stage == 1) status = bank_derive_transit(&j->m, err);
        if (status != TRAIN_DONE) break;
        params_reset_adam(&j->m.params);
        state = (TrainState){.stage = state.stage + 1, .seed = state.seed};
    }
    return run_end(&j->s, &j->m, status, err);
}

static int work(const Program *program, BankRun *j, Error *err) {
    threads_set((int)j->s.general.threads);
    settings_finish(&j->s);
    if (comm_all_ok(comm_rank() == 0 ? read_inputs(j, err) : 0, err) || share_inputs(j, err))
        return -1;
    if (j->s.dry_run) return dry_run(&j->s, &j->m, 1, &j->data, &j->val, 0, err);
    if (print_run_summary(program, &j->s, &j->m, 1, &j->data, &j->val, 0, err) ||
        comm_all_ok(params_allocate(&j->m.params, true, err), err))
        return -1;
    return train(program, j, err);
}

static int run(int argc, char **argv) {
    static const char *const projections[] = {"bank", "discrete", "ae", "vae",
                                              NULL}; /* Refine - 1 */
    Program program = {
        .name = "train-bank",
        .usage = "[OPTION]... --clusters DIR_OR_FILE -o BANK.safetensors DATASET.tsv",
        .about = "Trains the banks: stage 1 learns the manifold bank (eq. 7), from which the "
                 "past-future bank follows; stage 2 learns RefineBank's encoder and decoder for it "
                 "(eq. 8). Logs TSV on stdout.",
        .example = "train-bank --preset small --clusters clusters -o bank.safetensors train.tsv"};
    BankRun j = {0};
    int status = settings_preset(&program, argc, argv, 1, &j.s), first;
    if (status) return status;
    Config *c = &j.s.config;
    int projection = (int)c->refine - 1;
    const OptionGroup groups[] = {
        settings_run_options(&j.s),
        {.rows = {option_text("clusters", 0, "PATH", &j.clusters,
                              "What cluster-ap wrote: its folder, or one file. Needed.")}},
        {"The model",
         {
             option_choice("refine", 0, projections, &projection,
                           "How RefineBank projects latents (Table 3)."),
             option_size("items", 0, "N", &c->items, 1, 1e6, "Items of a bank."),
             option_size("latents", 0, "n", &c->latents, 1, 64, "Latents of a window."),
             option_size("bank-width", 0, "C", &c->bank.width, 1, 65536,
                         "Width of an item and of the banks' networks."),
             option_size("bank-heads", 0, "H", &c->bank.heads, 1, 1024, "Attention heads."),
             option_size("bank-mlp", 0, "F", &c->bank.mlp, 1, 65536, "Width of the MLP."),
             option_size("bank-layers", 0, "L", &c->bank_layers, 0, 256,
                         "Layers of each encoder and decoder."),
         }},
        settings_window_options(&j.s),
        {"Training",
         {
             option_size("epochs1", 0, "E", &j.s.stage[0].epochs, 0, 1e9, "Epochs of stage 1."),
             option_size("epochs2", 0, "E", &j.s.stage[1].epochs, 0, 1e9, "Epochs of stage 2."),
             option_real("lr1", 0, "LR", &j.s.stage[0].lr, 0, 10, "Learning rate of stage 1."),
             option_real("lr2", 0, "LR", &j.s.stage[1].lr, 0, 10, "Learning rate of stage 2."),
             option_real("beta", 0, "BETA", &j.s.stage[0].beta, 0, 1000,
                         "Weight of the commitment loss (eq. 7)."),
         }},
        settings_training_options(&j.s),
        general_options(&j.s.general),
    };
    program.groups = groups;
    program.group_count = sizeof groups / sizeof *groups;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if (argc - first != 1) return program_usage_error(&program, "one DATASET.tsv is needed");
    if ((!j.s.output || !j.clusters) && !j.s.dry_run)
        return program_usage_error(&program, "%s is needed", j.clusters ? "-o" : "--clusters");
    c->refine = (Refine)(projection + 1);
    if (c->keep > c->future)
        c->keep =
            c->future; /* the predictor's affairs: a preset's must not stand in a bank's way */
    if (c->join > c->future) c->join = c->future;
    if (c->music < c->past + c->future) c->music = c->past + c->future;

    Error err;
    j.dataset = argv[first];
    status = work(&program, &j, &err);
    if (status) program_report(&program, &err);
    job_free(&j);
    return program_finish(&program, status ? 1 : 0);
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    comm_start();
    int status = run(argc, argv);
    comm_end();
    return status;
}
