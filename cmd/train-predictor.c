/* train-predictor: stage 3 of the paper: predictor, TransitBank and RefineBank end to end; or
 * FACT's baseline without banks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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
    if (status == 0) status = training_set_load(j->dataset, true, &j->data, err);
    if (status == 0 && j->s.validation)
        status = training_set_load(j->s.validation, true, &j->val, err);
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
    threads_set((int)j->s.threads);
    j->s.config.transit = !j->no_transit;
    if (settings_finish(&j->s, err)) return -1;
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
    Program program = {.name = "train-predictor",
                       .usage = "[OPTION]... --bank BANK -o MODEL.safetensors DATASET.tsv\n"
                                "   or: train-predictor [OPTION]... --no-refine --no-transit -o "
                                "MODEL.safetensors DATASET.tsv",
                       .about = "Trains the predictor (eq. 9), end to end through RefineBank and "
                                "TransitBank, whose banks stay as train-bank left "
                                "them. Without both it is the FACT baseline. Logs TSV on stdout.",
                       .example = "train-predictor --preset small --bank bank.safetensors -o "
                                  "model.safetensors train.tsv"};
    PredictorRun j = {0};
    int status = settings_preset(&program, argc, argv, &j.s), first;
    if (status) return status;
    Config *c = &j.s.config;
    Training *t = &j.s.stage[2];
    bool epochs_given = false, steps_given = false;
    Option options[64];
    size_t n = settings_common_options(&j.s, options);
    Option own[] = {
        {"bank", 0, OPTION_TEXT, &j.bank_path, "FILE", "What train-bank wrote.", 0, 0, NULL},
        {"init", 0, OPTION_TEXT, &j.init, "MODEL",
         "Start from the weights that this model has in common with the new one.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "The model", 0, 0, NULL},
        {"no-refine", 0, OPTION_FLAG, &j.no_refine, NULL, "Leave RefineBank out (Table 2).", 0, 0,
         NULL},
        {"no-transit", 0, OPTION_FLAG, &j.no_transit, NULL, "Leave TransitBank out (Table 2).", 0,
         0, NULL},
        {"width", 0, OPTION_SIZE, &c->predictor.width, "W", "Width of the predictor.", 1, 65536,
         NULL},
        {"heads", 0, OPTION_SIZE, &c->predictor.heads, "H", "Attention heads.", 1, 1024, NULL},
        {"mlp", 0, OPTION_SIZE, &c->predictor.mlp, "F", "Width of the MLP.", 1, 65536, NULL},
        {"motion-layers", 0, OPTION_SIZE, &c->motion_layers, "L",
         "Layers of the motion transformer.", 0, 256, NULL},
        {"music-layers", 0, OPTION_SIZE, &c->music_layers, "L", "Layers of the music transformer.",
         0, 256, NULL},
        {"cross-layers", 0, OPTION_SIZE, &c->cross_layers, "L",
         "Layers of the cross-modal transformer.", 0, 256, NULL},
        {"music", 0, OPTION_SIZE, &c->music, "M", "Music frames, from the first past frame on.", 1,
         100000, NULL},
        {"keep", 0, OPTION_SIZE, &c->keep, "k",
         "Frames of each step that generate keeps by default.", 1, 100000, &j.keep_given},
        {"residual", 0, OPTION_FLAG, &c->residual, NULL,
         "Predict displacements from the last past frame.", 0, 0, NULL},
        {"no-residual", 0, OPTION_UNFLAG, &c->residual, NULL, "Do not.", 0, 0, NULL},
        {"join", 0, OPTION_SIZE, &c->join, "F",
         "Shift RefineBank's frames onto the last past frame, fading over F; 0: off.", 0, 100000,
         &j.join_given},
        {"smooth", 0, OPTION_REAL, &c->smooth, "LAMBDA",
         "Least-jerk continuation of the past: 18 damps what is faster than 6 Hz, 190 than 4 Hz; "
         "0: off.",
         0, 1e9, NULL},
    };
    memcpy(options + n, own, sizeof own);
    n += sizeof own / sizeof *own;
    n += settings_window_options(&j.s, options + n);
    Option stages[] = {
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Training", 0, 0, NULL},
        {"epochs", 0, OPTION_SIZE, &t->epochs, "E", "Epochs.", 0, 1e9, &epochs_given},
        {"steps", 0, OPTION_SIZE, &t->max_steps, "S",
         "Steps in all, instead of epochs; 0 writes the initial model.", 0, 1e12, &steps_given},
        {"lr", 0, OPTION_REAL, &t->lr, "LR", "Learning rate.", 0, 10, NULL},
        {"drop1", 0, OPTION_SIZE, &t->drop[0], "E",
         "Epoch from which a step schedule has a tenth of it; 0: none.", 0, 1e9, NULL},
        {"drop2", 0, OPTION_SIZE, &t->drop[1], "E", "Epoch from which it has a hundredth; 0: none.",
         0, 1e9, NULL},
        {"unroll", 0, OPTION_SIZE, &t->unroll, "S",
         "Train on S steps in a row, each fed the one before.", 1, 1000, NULL},
        {"fade", 0, OPTION_REAL, &t->fade, "A",
         "Slow the pasts that the networks are given by up to this share of their movement.", 0, 1,
         NULL},
        {"ramp", 0, OPTION_SIZE, &t->ramp, "E", "Epochs over which unrolling grows from 1 to S.", 0,
         1e9, NULL},
    };
    memcpy(options + n, stages, sizeof stages);
    n += sizeof stages / sizeof *stages;
    n += settings_training_options(&j.s, t, options + n);
    program.options = options;
    program.count = n;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if (argc - first != 1) return program_usage_error(&program, "one DATASET.tsv is needed");
    if (!j.s.output && !j.s.dry_run) return program_usage_error(&program, "-o is needed");
    if (!j.bank_path && !(j.no_refine && j.no_transit))
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
