/* train-predictor: stage 3 of the paper: predictor, TransitBank and RefineBank end to end; or FACT's baseline without banks. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/runtime.h"
#include "lib/threads.h"
#include "shared/corpus.h"
#include "shared/modelfile.h"
#include "shared/training.h"

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

/* Adds the bank's genres or, without a bank, the data set's. */
static int build_model(Model *m, const Config *c, const Model *bank, const Loaded *data, Error *err) {
    const char **genres = NULL;
    size_t count = 0;
    int status = bank ? model_new(m, KIND_MODEL, c, (const char *const *)bank->genres, bank->genre_count, model_has(bank, "seed.motion"), err)
                      : dataset_genres(&data->dataset, &genres, &count, err) || model_new(m, KIND_MODEL, c, genres, count, false, err);
    free(genres);
    return status || params_allocate(&m->params, true, err) ? -1 : 0;
}

static int train(Run *run, Model *m, const Settings *s, const Model *bank, const Model *start, const Loaded *data, const Loaded *val, Error *err) {
    TrainState state = {.stage = 3, .seed = (uint64_t)s->seed};
    TrainHooks hooks = run_hooks(run);
    int status = run_resume(run, m, &state, err);
    if (status == 0) {
        Rng rng = rng_seed((uint64_t)s->seed);
        params_initialise(&m->params, &rng);
        status = train_statistics(m, &data->corpus, err);
        if (bank) model_copy_shared(m, bank); /* statistics too: those that its networks know */
        model_copy_shared(m, start);
    } else if (status == 1)
        status = 0;
    return status ? status : train_stage(m, &data->corpus, val ? &val->corpus : NULL, &s->stage[2], &state, &hooks, err);
}

int main(int argc, char **argv) {
    runtime_prepare(argv);
    Program program = {.name = "train-predictor", .usage = "[OPTION]... --bank BANK -o MODEL.safetensors DATASET.tsv\n"
                 "   or: train-predictor [OPTION]... --no-refine --no-transit -o MODEL.safetensors DATASET.tsv",
        .about = "Trains the predictor (eq. 9), end to end through RefineBank and TransitBank, whose banks stay as train-bank left "
                 "them. Without both it is the FACT baseline. Logs TSV on stdout.",
        .example = "train-predictor --preset small --bank bank.safetensors -o model.safetensors train.tsv"};
    Settings s;
    int status = settings_preset(&program, argc, argv, &s), first;
    if (status) return status;
    Config *c = &s.config;
    Training *t = &s.stage[2];
    const char *bank_path = NULL, *init = NULL;
    bool no_refine = false, no_transit = false, epochs_given = false, steps_given = false, keep_given = false, join_given = false;
    Option options[64];
    size_t n = settings_common_options(&s, options);
    Option own[] = {
        {"bank", 0, OPTION_TEXT, &bank_path, "FILE", "What train-bank wrote.", 0, 0, NULL},
        {"init", 0, OPTION_TEXT, &init, "MODEL", "Start from the weights that this model has in common with the new one.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "The model", 0, 0, NULL},
        {"no-refine", 0, OPTION_FLAG, &no_refine, NULL, "Leave RefineBank out (Table 2).", 0, 0, NULL},
        {"no-transit", 0, OPTION_FLAG, &no_transit, NULL, "Leave TransitBank out (Table 2).", 0, 0, NULL},
        {"width", 0, OPTION_SIZE, &c->predictor.width, "W", "Width of the predictor.", 1, 65536, NULL},
        {"heads", 0, OPTION_SIZE, &c->predictor.heads, "H", "Attention heads.", 1, 1024, NULL},
        {"mlp", 0, OPTION_SIZE, &c->predictor.mlp, "F", "Width of the MLP.", 1, 65536, NULL},
        {"motion-layers", 0, OPTION_SIZE, &c->motion_layers, "L", "Layers of the motion transformer.", 0, 256, NULL},
        {"music-layers", 0, OPTION_SIZE, &c->music_layers, "L", "Layers of the music transformer.", 0, 256, NULL},
        {"cross-layers", 0, OPTION_SIZE, &c->cross_layers, "L", "Layers of the cross-modal transformer.", 0, 256, NULL},
        {"music", 0, OPTION_SIZE, &c->music, "M", "Music frames, from the first past frame on.", 1, 100000, NULL},
        {"keep", 0, OPTION_SIZE, &c->keep, "k", "Frames of each step that generate keeps by default.", 1, 100000, &keep_given},
        {"residual", 0, OPTION_FLAG, &c->residual, NULL, "Predict displacements from the last past frame.", 0, 0, NULL},
        {"no-residual", 0, OPTION_UNFLAG, &c->residual, NULL, "Do not.", 0, 0, NULL},
        {"join", 0, OPTION_SIZE, &c->join, "F", "Shift RefineBank's frames onto the last past frame, fading over F; 0: off.", 0, 100000, &join_given},
        {"smooth", 0, OPTION_REAL, &c->smooth, "LAMBDA", "Least-jerk continuation of the past: 18 damps what is faster than 6 Hz, 190 than 4 Hz; 0: off.", 0, 1e9, NULL},
    };
    memcpy(options + n, own, sizeof own);
    n += sizeof own / sizeof *own;
    n += settings_window_options(&s, options + n);
    Option stages[] = {
        {NULL, 0, OPTION_FLAG, NULL, NULL, "Training", 0, 0, NULL},
        {"epochs", 0, OPTION_SIZE, &t->epochs, "E", "Epochs.", 0, 1e9, &epochs_given},
        {"steps", 0, OPTION_SIZE, &t->max_steps, "S", "Steps in all, instead of epochs; 0 writes the initial model.", 0, 1e12, &steps_given},
        {"lr", 0, OPTION_REAL, &t->lr, "LR", "Learning rate.", 0, 10, NULL},
        {"drop1", 0, OPTION_SIZE, &t->drop[0], "E", "Epoch from which a step schedule has a tenth of it; 0: none.", 0, 1e9, NULL},
        {"drop2", 0, OPTION_SIZE, &t->drop[1], "E", "Epoch from which it has a hundredth; 0: none.", 0, 1e9, NULL},
        {"unroll", 0, OPTION_SIZE, &t->unroll, "S", "Train on S steps in a row, each fed the one before.", 1, 1000, NULL},
        {"fade", 0, OPTION_REAL, &t->fade, "A", "Slow the pasts that the networks are given by up to this share of their movement.", 0, 1, NULL},
        {"ramp", 0, OPTION_SIZE, &t->ramp, "E", "Epochs over which unrolling grows from 1 to S.", 0, 1e9, NULL},
    };
    memcpy(options + n, stages, sizeof stages);
    n += sizeof stages / sizeof *stages;
    n += settings_training_options(&s, t, options + n);
    program.options = options;
    program.count = n;
    if ((status = options_parse(&program, argc, argv, &first)) >= 0) return status;
    if (argc - first != 1) return usage_error(&program, "one DATASET.tsv is needed");
    if (!s.output) return usage_error(&program, "-o is needed");
    if (!bank_path && !(no_refine && no_transit)) return usage_error(&program, "--bank is needed, or --no-refine and --no-transit for the baseline");
    if (bank_path && s.window_given) return usage_error(&program, "past, future, relative root, standardisation and logit scale are decided by the bank; give them to train-bank");
    if (epochs_given && steps_given) return usage_error(&program, "--epochs and --steps exclude each other");
    if (steps_given && t->max_steps == 0) t->epochs = 0;

    Error err;
    Model m = {0}, bank = {0}, start = {0};
    Loaded data = {0}, val = {0};
    Run run;
    threads_set((int)s.threads);
    c->transit = !no_transit;
    status = settings_finish(&s, &err);
    if (no_refine) c->refine = REFINE_NONE;
    if (status == 0 && bank_path) status = model_read(bank_path, KIND_BANK, &bank, &err);
    if (status == 0 && init) status = model_read(init, KIND_MODEL, &start, &err);
    if (status == 0 && bank_path) take_from_bank(c, &bank.config, no_refine);
    if (c->refine == REFINE_NONE) c->join = 0; /* nothing to join */
    if (!keep_given && c->keep > c->future) c->keep = c->future; /* a preset's own are for its own K */
    if (!join_given && c->join > c->future) c->join = c->future;
    if (status == 0) status = corpus_load(argv[first], true, &data, &err);
    if (status == 0 && s.validation) status = corpus_load(s.validation, true, &val, &err);
    c->motion_dim = data.corpus.motion_dim;
    c->music_dim = data.corpus.music_dim;
    if (status == 0 && bank_path && c->motion_dim != bank.config.motion_dim)
        status = fail(&err, "%s: frames of %zu numbers, but %s was trained on %zu", argv[first], c->motion_dim, bank_path, bank.config.motion_dim);
    if (status == 0) status = build_model(&m, c, bank_path ? &bank : NULL, &data, &err);
    if (status == 0) status = corpus_set_genres(&data, argv[first], &m, &err);
    if (status == 0 && s.validation) status = corpus_set_genres(&val, s.validation, &m, &err);
    if (status == 0) {
        run_start(&run, &program, &s, &m);
        run_describe(&run, " data=%016" PRIx64, corpus_checksum(&data));
        status = train(&run, &m, &s, bank_path ? &bank : NULL, &start, &data, s.validation ? &val : NULL, &err);
    }
    status = run_end(&s, &m, status, &err);
    if (status) report(&program, &err);
    model_free(&m);
    model_free(&bank);
    model_free(&start);
    corpus_free(&data);
    corpus_free(&val);
    return finish(&program, status ? 1 : 0);
}
