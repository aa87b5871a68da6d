/* settings.h: every number of a training run, from the preset, the predictor and the options. */
#ifndef MODEL_TRAIN_SETTINGS_H
#define MODEL_TRAIN_SETTINGS_H

#include "lib/cli/general_options.h"
#include "model/train/presets.h"

enum { SETTINGS_MAX_KEYS = 64, SETTINGS_MAX_PREDICTORS = 32 };

typedef struct {
    Stage first, last; /* that the program trains */
    int preset; /* index in preset_names */
    Config config;
    Training stage[STAGE_COUNT + 1]; /* by Stage */
    const char *dataset, *output, *checkpoint, *validation;
    long seed;
    double fps; /* that the data must have; 0: any */
    size_t checkpoint_every, checkpoint_steps;
    bool dry_run, json, checkpoint_activations;
    GeneralOptions general;

    /* While options are parsed: */
    bool key_given[SETTINGS_MAX_KEYS]; /* by the index of config_key */
    Training shared; /* what is given for all stages at once */
    bool training_given[SETTINGS_MAX_KEYS]; /* by the index of training_key */
    int chosen_preset, chosen_predictor; /* found before the other options */
    const char *predictor_names[SETTINGS_MAX_PREDICTORS + 1];
    char predictor_help[800], refusal[160];
    char stage_options[8][24]; /* "lr1" */
    char stage_helps[8][48]; /* "Learning rate of stage 1." */
} TrainSettings;

/* Fills the settings by the --preset and, where predictors are trained, the --predictor found in
 * argv (or the defaults), which decide about other options. Returns 0, or 2 after a message. */
int settings_begin(const Program *program, int argc, char **argv, Stage first, Stage last,
                   TrainSettings *s);

/* Rows of both programs: preset, output, checkpoints, dry run, seed. */
OptionGroup settings_run_options(TrainSettings *s);
/* --predictor and its keys. */
OptionGroup settings_predictor_options(TrainSettings *s);
/* The options of a part of the configuration. heading: see OptionGroup. */
OptionGroup settings_config_options(TrainSettings *s, const char *heading, KeyPart part);
/* Options of other predictors, which are refused. */
OptionGroup settings_refused_options(TrainSettings *s);
/* The numbers of training. */
OptionGroup settings_training_options(TrainSettings *s);

/* Takes out of a configuration what a preset has and what it is not for, unless it was asked for:
 * home (home.h) without relative coordinates, escape (escape.h) without a mean pose. */
void settings_leave_out(const TrainSettings *s, Config *c);

/* After parsing: what was given for all stages goes into each of them. Returns 0, or 2 after a
 * message. */
int settings_finish(const Program *program, TrainSettings *s);

/* Whether the option of a key was given, of the configuration or of the training; whether that of
 * any key of a part was. */
bool settings_given(const TrainSettings *s, const char *option);
bool settings_part_given(const TrainSettings *s, KeyPart part);

#endif
