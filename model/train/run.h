/* run.h: what train-bank and train-predictor have in common: presets, options, the log, signals,
 * checkpoints. */
#ifndef MODEL_TRAIN_RUN_H
#define MODEL_TRAIN_RUN_H

#include "lib/cli/general_options.h"
#include "lib/cli/progress.h"
#include "model/train/presets.h"

/* Every number of a run, from the preset and then from the options. */
typedef struct {
    int preset; /* index in preset_names */
    Config config;
    Training stage[3];
    Training common; /* values that options set for all stages at once, where `given` says so */
    struct {
        bool batch, warmup, noise, root_weight, kl;
    } given;
    int schedule; /* Schedule; -1: the preset's */
    const char *output, *checkpoint, *validation;
    long seed;
    size_t checkpoint_every, checkpoint_steps;
    bool dry_run, json, checkpoint_activations;
    bool window_given; /* an option that a bank file decides was used */
    GeneralOptions general;
} TrainSettings;

/* Fills the settings from the --preset found in argv (or the default), before the options are
 * parsed. stage: 1 to 3, whose numbers --help shows for options of all stages. Returns 0, or 2
 * after a message. */
int settings_preset(const Program *program, int argc, char **argv, int stage, TrainSettings *s);

/* Options of both programs: past, future, relative-root, standardise, ...; output, val, checkpoint,
 * seed, ...; batch, schedule, noise, ... */
OptionGroup settings_window_options(TrainSettings *s);
OptionGroup settings_run_options(TrainSettings *s);
OptionGroup settings_training_options(TrainSettings *s);

/* After parsing: what was given for all stages goes into each of them. */
void settings_finish(TrainSettings *s);

/* A run under way. */
typedef struct {
    const Program *program;
    const TrainSettings *settings;
    const Model *model;
    char text[2048]; /* the settings as one line, for checkpoints */
    Progress progress;
    int progress_stage; /* that progress counts; 0 before the first batch */
    double started;
    size_t epochs_since_save;
    TrainState saved; /* what the checkpoint holds */
} Run;

/* Starts the log (header on stdout) and catches SIGINT and SIGTERM from here on. */
void run_start(Run *run, const Program *program, const TrainSettings *s, const Model *m);
/* Appends "name=value" words to the settings line. */
void run_describe(Run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
TrainHooks run_hooks(Run *run);

/* What follows the training: the first process writes the model (TRAIN_DONE), or says how to go on
 * (TRAIN_STOPPED, an error). Other errors pass through. */
int run_end(const TrainSettings *s, const Model *m, int status, Error *err);

#endif
