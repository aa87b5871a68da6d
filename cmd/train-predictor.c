/* train-predictor: stage 3 of the paper: predictor, TransitBank and RefineBank end to end; or
 * FACT's baseline without banks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "features/features.h"
#include "lib/base/checksum.h"
#include "lib/base/comm.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/model_file.h"
#include "model/train/broadcast.h"
#include "model/train/checkpoint.h"
#include "model/train/dry_run.h"
#include "model/train/statistics.h"

typedef struct {
    TrainSettings s;
    const char *bank_path, *init, *dataset;
    bool no_refine, no_transit, keep_given, join_given;
    Model m, bank, start;
    TrainingSet data, val;
} PredictorRun;

/* What the bank file decides. The variant may still leave RefineBank out. */
static void take_from_bank(Config *c, const Config *bank, bool no_refine) {
    c->past = bank->past;
    c->future = bank->future;
    c->bank = bank->bank;
    c->bank_layers = bank->bank_layers;
    c->items = bank->items;
    c->latents = bank->latents;
    c->relative_root = bank->relative_root;
    c->relative_heading = bank->relative_heading;
    c->standardise = bank->standardise;
    c->logit_scale = bank->logit_scale;
    c->refine = no_refine ? REFINE_NONE : bank->refine;
}

/* The bank's genres or, without a bank, the data set's. */
static int declare_model(PredictorRun *j, Error *err) {
    const char **genres = NULL;
    size_t count = 0;
    int status =
        j->bank_path
            ? model_new(&j->m, KIND_MODEL, &j->s.config, (const char *const *)j->bank.genres,
                        j->bank.config.genre_count, model_has(&j->bank, "seed.motion"), err)
            : dataset_genres(&j->data.dataset, &genres, &count, err) ||
                  model_new(&j->m, KIND_MODEL, &j->s.config, genres, count, false, err);
    free(genres);
    return status ? -1 : 0;
}

/* By the first process: everything there is to read, and the model without its weights. */
static int read_inputs(PredictorRun *j, Error *err) {
    Config *c = &j->s.config;
    int status = j->bank_path ? model_read(j->bank_path, KIND_BANK, &j->bank, err) : 0;
    if (status == 0 && j->init) status = model_read(j->init, KIND_MODEL, &j->start, err);
    if (status == 0 && j->bank_path) take_from_bank(c, &j->bank.config, j->no_refine);
    if (c->refine == REFINE_NONE) c->join = 0; /* nothing to join */
    if (!j->keep_given && c->keep > c->future)
        c->keep = c->future; /* a preset's own are for its own K */
    if (!j->join_given && c->join > c->future) c->join = c->future;
    if (status == 0) status = training_set_load(j->dataset, features_read, NULL, &j->data, err);
    if (status == 0 && j->s.validation)
        status = training_set_load(j->s.validation, features_read, NULL, &j->val, err);
    c->motion_dim = j->data.corpus.motion_dim;
    c->music_dim = j->data.corpus.music_dim;
    if (status == 0 && j->bank_path && c->motion_dim != j->bank.config.motion_dim)
        status = error_set(err, "%s: frames of %zu numbers, but %s was trained on %zu", j->dataset,
                           c->motion_dim, j->bank_path, j->bank.config.motion_dim);
    if (status == 0) status = declare_model(j, err);
    if (status == 0)
        status = training_set_number_genres(&j->data, j->dataset, j->m.genres,
                                            j->m.config.genre_count, err);
    return status == 0 && j->s.validation
               ? training_set_number_genres(&j->val, j->s.validation, j->m.genres,
                                            j->m.config.genre_count, err)
               : status;
}

static int share_inputs(PredictorRun *j, Error *err) {
    return model_broadcast(&j->m, err) || training_set_broadcast(&j->data, err) ||
                   (j->s.validation && training_set_broadcast(&j->val, err))
               ? -1
               : 0;
}

/* Weights and statistics before the first step. */
static int initialise(void *context, Error *err) {
    PredictorRun *j = context;
    Rng rng = rng_seed((uint64_t)j->s.seed);
    params_initialise(&j->m.params, &rng);
    if (train_statistics(&j->m, &j->data.corpus, err)) return -1;
    if (j->bank_path)
        model_copy_shared(&j->m, &j->bank); /* statistics too: those that its networks know */
    model_copy_shared(&j->m, &j->start);
    return 0;
}

static int train(const Program *program, PredictorRun *j, Error *err) {
    Run run;
    run_start(&run, program, &j->s, &j->m);
    run_describe(&run, " data=%016" PRIx64 " bank=%016" PRIx64 " init=%016" PRIx64,
                 training_set_checksum(&j->data), model_checksum(&j->bank),
                 model_checksum(&j->start));
    TrainState state = {.stage = 3, .seed = (uint64_t)j->s.seed};
    TrainHooks hooks = run_hooks(&run);
    int status = checkpoint_start(&run, &j->m, &state, initialise, j, err);
    model_free(&j->bank); /* the run's own model has it now */
    model_free(&j->start);
    if (status == 0)
        status = train_stage(&j->m, &j->data.corpus, j->s.validation ? &j->val.corpus : NULL,
                             &j->s.stage[2], &state, &hooks, err);
    return run_end(&j->s, &j->m, status, err);
}

static int work(const Program *program, PredictorRun *j, Error *err) {
    threads_set((int)j->s.general.threads);
    j->s.config.transit = !j->no_transit;
    settings_finish(&j->s);
    if (j->no_refine) j->s.config.refine = REFINE_NONE;
    if (comm_all_ok(comm_rank() == 0 ? read_inputs(j, err) : 0, err) || share_inputs(j, err))
        return -1;
    size_t given = (j->bank.params.total + j->start.params.total) * sizeof(real);
    if (j->s.dry_run) return dry_run(&j->s, &j->m, 3, &j->data, &j->val, given, err);
    if (print_run_summary(program, &j->s, &j->m, 3, &j->data, &j->val, given, err) ||
        comm_all_ok(params_allocate(&j->m.params, true, err), err))
        return -1;
    return train(program, j, err);
}

static int run(int argc, char **argv) {
    Program program = {
        .name = "train-predictor",
        .usage = "[OPTION]... --bank BANK -o MODEL.safetensors DATASET.tsv\n"
                 "[OPTION]... --no-refine --no-transit -o MODEL.safetensors DATASET.tsv",
        .about =
            "Trains the predictor (eq. 9), end to end through RefineBank and TransitBank, whose "
            "banks stay as train-bank left them. Without both it is the FACT baseline. Logs TSV "
            "on stdout.",
        .example = "train-predictor --preset small --bank bank.safetensors -o model.safetensors "
                   "train.tsv"};
    PredictorRun j = {0};
    int status = settings_preset(&program, argc, argv, 3, &j.s), first;
    if (status) return status;
    Config *c = &j.s.config;
    Training *t = &j.s.stage[2];
    bool epochs_given = false, steps_given = false;
    const OptionGroup groups[] = {
        settings_run_options(&j.s),
        {.rows =
             {
                 option_text("bank", 0, "FILE", &j.bank_path, "What train-bank wrote."),
                 option_text(
                     "init", 0, "MODEL", &j.init,
                     "Start from the weights that this model has in common with the new one."),
             }},
        {"The model",
         {
             option_flag("no-refine", 0, &j.no_refine, "Leave RefineBank out (Table 2)."),
             option_flag("no-transit", 0, &j.no_transit, "Leave TransitBank out (Table 2)."),
             option_size("width", 0, "W", &c->predictor.width, 1, 65536, "Width of the predictor."),
             option_size("heads", 0, "H", &c->predictor.heads, 1, 1024, "Attention heads."),
             option_size("mlp", 0, "F", &c->predictor.mlp, 1, 65536, "Width of the MLP."),
             option_size("motion-layers", 0, "L", &c->motion_layers, 0, 256,
                         "Layers of the motion transformer."),
             option_size("music-layers", 0, "L", &c->music_layers, 0, 256,
                         "Layers of the music transformer."),
             option_size("cross-layers", 0, "L", &c->cross_layers, 0, 256,
                         "Layers of the cross-modal transformer."),
             option_size("music", 0, "M", &c->music, 1, 100000,
                         "Music frames, from the first past frame on."),
             option_given(option_size("keep", 0, "k", &c->keep, 1, 100000,
                                      "Frames of each step that generate keeps by default."),
                          &j.keep_given),
             option_switch("residual", &c->residual,
                           "Predict displacements from the last past frame."),
             option_given(option_size("join", 0, "F", &c->join, 0, 100000,
                                      "Shift RefineBank's frames onto the last past frame, fading "
                                      "over F; 0: off."),
                          &j.join_given),
             option_real("smooth", 0, "LAMBDA", &c->smooth, 0, 1e9,
                         "Least-jerk continuation of the past: 18 damps what is faster than 6 Hz, "
                         "190 than 4 Hz; 0: off."),
         }},
        settings_window_options(&j.s),
        {"Training",
         {
             option_given(option_size("epochs", 0, "E", &t->epochs, 0, 1e9, "Epochs."),
                          &epochs_given),
             option_given(
                 option_size("steps", 0, "S", &t->max_steps, 0, 1e12,
                             "Steps in all, instead of epochs; 0 writes the initial model."),
                 &steps_given),
             option_real("lr", 0, "LR", &t->lr, 0, 10, "Learning rate."),
             option_size("drop1", 0, "E", &t->drop[0], 0, 1e9,
                         "Epoch from which a step schedule has a tenth of it; 0: none."),
             option_size("drop2", 0, "E", &t->drop[1], 0, 1e9,
                         "Epoch from which it has a hundredth; 0: none."),
             option_size("unroll", 0, "S", &t->unroll, 1, 1000,
                         "Train on S steps in a row, each fed the one before."),
             option_real("fade", 0, "A", &t->fade, 0, 1,
                         "Slow the pasts that the networks are given by up to this share of their "
                         "movement."),
             option_size("ramp", 0, "E", &t->ramp, 0, 1e9,
                         "Epochs over which unrolling grows from 1 to S."),
         }},
        settings_training_options(&j.s),
        general_options(&j.s.general),
    };
    program.groups = groups;
    program.group_count = sizeof groups / sizeof *groups;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if (argc - first != 1) return program_usage_error(&program, "one DATASET.tsv is needed");
    if (!j.s.output && !j.s.dry_run) return program_usage_error(&program, "-o is needed");
    if (!j.bank_path && !(j.no_refine && j.no_transit) && !j.s.dry_run) /* any bank would do */
        return program_usage_error(
            &program, "--bank is needed, or --no-refine and --no-transit for the baseline");
    if (j.bank_path && j.s.window_given)
        return program_usage_error(&program,
                                   "past, future, relative root, standardisation and logit scale "
                                   "are decided by the bank; give them to train-bank");
    if (epochs_given && steps_given)
        return program_usage_error(&program, "--epochs and --steps exclude each other");
    if (steps_given && t->max_steps == 0) t->epochs = 0;

    Error err;
    j.dataset = argv[first];
    status = work(&program, &j, &err);
    if (status) program_report(&program, &err);
    model_free(&j.m);
    model_free(&j.bank);
    model_free(&j.start);
    training_set_free(&j.data);
    training_set_free(&j.val);
    return program_finish(&program, status ? 1 : 0);
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    comm_start();
    int status = run(argc, argv);
    comm_end();
    return status;
}
