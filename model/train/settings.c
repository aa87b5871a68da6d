#include "model/train/settings.h"

#include <stdio.h>
#include <string.h>

#include "model/predictors/predictors.h"

/* --- preset and predictor, which come before the other options --- */

/* The last value of --NAME in argv, written in full. */
static const char *find_value(int argc, char **argv, const char *name, const char *otherwise) {
    size_t n = strlen(name);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], name, n) != 0) continue;
        if (argv[i][n] == '=') otherwise = argv[i] + n + 1;
        if (argv[i][n] == '\0' && i + 1 < argc) otherwise = argv[i + 1];
    }
    return otherwise;
}

/* Index of a word in a list ended by NULL; -1 if it is not there. */
static int find_word(const char *const *words, const char *word) {
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0) return i;
    return -1;
}

static int unknown_word(const Program *program, const char *option, const char *const *words,
                        const char *word) {
    char list[400] = "";
    for (int i = 0; words[i]; i++) {
        size_t at = strlen(list);
        snprintf(list + at, sizeof list - at, "%s%s", i ? "|" : "", words[i]);
    }
    return program_usage_error(program, "%s takes one of %s, not '%s'", option, list, word);
}

static void describe_predictors(TrainSettings *s) {
    size_t size = sizeof s->predictor_help;
    int at = snprintf(s->predictor_help, size,
                      "The network that predicts; --help with it lists its options.");
    for (int i = 0; predictor_registry[i] && i < SETTINGS_MAX_PREDICTORS; i++) {
        s->predictor_names[i] = predictor_registry[i]->name;
        if (at >= 0 && (size_t)at < size)
            at += snprintf(s->predictor_help + at, size - (size_t)at, " %s: %s.",
                           predictor_registry[i]->name, predictor_registry[i]->about);
    }
}

int settings_begin(const Program *program, int argc, char **argv, Stage first, Stage last,
                   TrainSettings *s) {
    *s = (TrainSettings){.first = first, .last = last, .seed = 1, .checkpoint_every = 1};
    const char *preset_name = find_value(argc, argv, "--preset", "small");
    s->preset = s->chosen_preset = find_word(preset_names, preset_name);
    if (s->preset < 0) return unknown_word(program, "--preset", preset_names, preset_name);
    const Preset *preset = preset_find(preset_name);
    s->config = preset->config;
    memcpy(s->stage, preset->stage, sizeof s->stage);
    describe_predictors(s);
    if (last == STAGE_PREDICT) {
        const char *name = find_value(argc, argv, "--predictor", predictor_registry[0]->name);
        int id = find_word(s->predictor_names, name);
        if (id < 0) return unknown_word(program, "--predictor", s->predictor_names, name);
        config_choose_predictor(&s->config, id);
        preset_take_sizes(preset_name, &s->config);
        s->stage[STAGE_PREDICT].own_weight = predictor_registry[id]->own_weight;
    }
    s->chosen_predictor = s->config.predictor_id;
    s->shared = s->stage[first];
    return 0;
}

/* --- rows of the configuration --- */

/* A row writes to its key's place in *c. */
static Option config_row(Config *c, const ConfigKey *k, bool *given) {
    void *at = (char *)c + k->offset;
    Option row = {0};
    switch (k->type) {
    case KEY_SIZE:
        row = option_size(k->option, 0, k->argument, at, k->min, k->max, k->help);
        break;
    case KEY_REAL:
        row = option_real(k->option, 0, k->argument, at, k->min, k->max, k->help);
        break;
    case KEY_FLAG:
        row = option_switch(k->option, at, k->help);
        break;
    case KEY_CHOICE:
    case KEY_PREDICTOR:
    case KEY_MUSIC: /* has no option */
        row =
            option_choice(k->option, 0, k->option_words ? k->option_words : k->words, at, k->help);
        break;
    }
    return option_given(row, given);
}

static void add_row(OptionGroup *group, size_t *count, Option row) {
    if (*count + 1 < OPTION_GROUP_MAX) group->rows[(*count)++] = row;
}

OptionGroup settings_config_options(TrainSettings *s, const char *heading, KeyPart part) {
    OptionGroup group = {.heading = heading};
    size_t count = 0;
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(s->config.predictor_id, i)); i++)
        if (k->option && k->part == part && config_key_applies(k, &s->config))
            add_row(&group, &count, config_row(&s->config, k, &s->key_given[i]));
    return group;
}

OptionGroup settings_predictor_options(TrainSettings *s) {
    OptionGroup keys = settings_config_options(s, NULL, PART_PREDICTOR);
    OptionGroup group = {.heading = "The predictor"};
    size_t count = 0;
    add_row(&group, &count,
            option_choice("predictor", 0, s->predictor_names, &s->config.predictor_id,
                          s->predictor_help));
    for (const Option *row = keys.rows; row->name; row++) add_row(&group, &count, *row);
    return group;
}

static bool has_row(const OptionGroup *group, const char *name) {
    for (const Option *row = group->rows; row->name; row++)
        if (strcmp(row->name, name) == 0) return true;
    return false;
}

/* Whether the program has an option of that name for the chosen predictor. */
static bool is_used(const TrainSettings *s, const char *name) {
    const ConfigKey *k;
    const TrainingKey *t;
    for (size_t i = 0; (k = config_key(s->config.predictor_id, i)); i++)
        if (k->option && strcmp(k->option, name) == 0 && config_key_applies(k, &s->config))
            return true;
    for (size_t i = 0; (t = training_key(i)); i++)
        if (strcmp(t->option, name) == 0 && training_key_applies(t, STAGE_PREDICT, &s->config))
            return true;
    return false;
}

OptionGroup settings_refused_options(TrainSettings *s) {
    OptionGroup group = {0};
    size_t count = 0;
    const ConfigKey *k;
    const TrainingKey *t;
    snprintf(s->refusal, sizeof s->refusal, "does not apply to --predictor %s",
             predictor_at(s->config.predictor_id)->name);
    for (int p = 0; predictor_registry[p]; p++)
        for (size_t i = 0; (k = config_key(p, i)); i++)
            if (k->option && k->part == PART_PREDICTOR && !is_used(s, k->option) &&
                !has_row(&group, k->option))
                add_row(&group, &count, option_refused(k->option, s->refusal));
    for (size_t i = 0; (t = training_key(i)); i++)
        if (t->needs != NEEDS_NOTHING && !is_used(s, t->option))
            add_row(&group, &count, option_refused(t->option, s->refusal));
    return group;
}

/* --- rows of the training --- */

static Option training_row(Training *t, const TrainingKey *k, const char *name, const char *help) {
    void *at = (char *)t + k->offset;
    Option row;
    if (k->type == KEY_REAL)
        row = option_real(name, 0, k->argument, at, k->min, k->max, help);
    else if (k->type == KEY_CHOICE)
        row = option_choice(name, 0, k->words, at, help);
    else
        row = option_size(name, 0, k->argument, at, k->min, k->max, help);
    return option_standard(row, k->standard);
}

static double training_value(const Training *t, const TrainingKey *k) {
    const void *at = (const char *)t + k->offset;
    if (k->type == KEY_REAL) return *(const double *)at;
    return k->type == KEY_CHOICE ? *(const int *)at : (double)*(const size_t *)at;
}

/* How many of the program's stages have a number. */
static size_t stages_with(const TrainSettings *s, const TrainingKey *k, Stage *first) {
    size_t n = 0;
    for (Stage stage = s->last; stage >= s->first; stage--) {
        if (!training_key_applies(k, stage, &s->config)) continue;
        *first = stage;
        n++;
    }
    return n;
}

/* Whether one option sets a number of several stages. */
static bool is_shared(const TrainSettings *s, const TrainingKey *k) {
    Stage first;
    return !k->each && stages_with(s, k, &first) > 1;
}

/* A row for all stages of the program, whose preset's values may differ. */
static Option shared_row(TrainSettings *s, const TrainingKey *k) {
    Option row = training_row(&s->shared, k, k->option, k->help);
    for (Stage stage = s->first; stage <= s->last; stage++)
        if (training_value(&s->stage[stage], k) != training_value(&s->shared, k))
            row = option_standard(row, "the preset's");
    return row;
}

/* A row for one of the stages: --lr1, "Learning rate of stage 1." */
static Option stage_row(TrainSettings *s, const TrainingKey *k, Stage stage, size_t n) {
    snprintf(s->stage_options[n], sizeof s->stage_options[n], "%s%d", k->option, (int)stage);
    snprintf(s->stage_helps[n], sizeof s->stage_helps[n], "%.*s of stage %d.",
             (int)strlen(k->help) - 1, k->help, (int)stage);
    return training_row(&s->stage[stage], k, s->stage_options[n], s->stage_helps[n]);
}

OptionGroup settings_training_options(TrainSettings *s) {
    OptionGroup group = {.heading = "Training"};
    size_t count = 0, named = 0;
    const TrainingKey *k;
    for (size_t i = 0; (k = training_key(i)); i++) {
        Stage first = s->first;
        bool *given = &s->training_given[i];
        size_t n = stages_with(s, k, &first);
        if (n == 0) continue;
        if (n == 1) {
            Option row = training_row(&s->stage[first], k, k->option, k->help);
            add_row(&group, &count, option_given(row, given));
        } else if (is_shared(s, k)) {
            add_row(&group, &count, option_given(shared_row(s, k), given));
        } else {
            for (Stage stage = first; stage <= s->last; stage++)
                add_row(&group, &count, option_given(stage_row(s, k, stage, named++), given));
        }
    }
    return group;
}

/* --- the rest --- */

OptionGroup settings_run_options(TrainSettings *s) {
    return (OptionGroup){
        .rows = {
            option_choice("preset", 0, preset_names, &s->preset,
                          "Start from this set of numbers; every other option changes one."),
            option_text("output", 'o', "FILE", &s->output,
                        "Write the result here (.safetensors). Needed."),
            option_text("val", 0, "DATASET.tsv", &s->validation,
                        "Log the error on this set after every epoch, too."),
            option_standard(option_real("fps", 0, "RATE", &s->fps, 1, 1000,
                                        "Refuse data at another rate. A preset's lengths are for "
                                        "60 frames a second and scale with the data's rate."),
                            "any"),
            option_text("checkpoint", 0, "FILE", &s->checkpoint,
                        "Go on from FILE if it exists; keep it up to date."),
            option_size("checkpoint-every", 0, "E", &s->checkpoint_every, 1, 1e9,
                        "Write the checkpoint every E epochs."),
            option_size("checkpoint-steps", 0, "S", &s->checkpoint_steps, 0, 1e9,
                        "And every S steps within an epoch; 0: not."),
            option_flag("checkpoint-activations", 0, &s->checkpoint_activations,
                        "Keep only the inputs of transformer blocks and compute the rest again: "
                        "less memory, more time, the same result."),
            option_flag("dry-run", 0, &s->dry_run,
                        "Print what the run would take (numbers, memory, operations, time), and do "
                        "nothing."),
            option_flag("json", 0, &s->json, "Print that as JSON."),
            option_int("seed", 0, "S", &s->seed, 0, 9e15, "Seed of all random numbers."),
        }};
}

static void copy_value(Training *to, const Training *from, const TrainingKey *k) {
    size_t size = sizeof(size_t);
    if (k->type == KEY_REAL) size = sizeof(double);
    if (k->type == KEY_CHOICE) size = sizeof(int);
    memcpy((char *)to + k->offset, (const char *)from + k->offset, size);
}

void settings_leave_out(const TrainSettings *s, Config *c) {
    if (!c->standardise && !settings_given(s, "escape")) c->escape = 0;
    if ((s->last != STAGE_PREDICT || !c->relative_root) && !settings_given(s, "home"))
        c->home = false;
}

int settings_finish(const Program *program, TrainSettings *s) {
    if (s->preset != s->chosen_preset || s->config.predictor_id != s->chosen_predictor)
        return program_usage_error(program, "--preset and --predictor must be written in full");
    settings_leave_out(s, &s->config);
    if (settings_given(s, "gain") && settings_given(s, "fit-gain") && s->config.joint_gains)
        return program_usage_error(program, "--gain and --fit-gain exclude each other");
    if (settings_given(s, "gain") || s->last != STAGE_PREDICT) s->config.joint_gains = false;
    for (Stage stage = s->first; stage <= s->last; stage++) {
        const TrainingKey *k;
        for (size_t i = 0; (k = training_key(i)); i++)
            if (s->training_given[i] && is_shared(s, k))
                copy_value(&s->stage[stage], &s->shared, k);
        if (s->stage[stage].micro_batch > s->stage[stage].batch)
            return program_usage_error(program, "--micro-batch is at most --batch, which is %zu",
                                       s->stage[stage].batch);
        s->stage[stage].recompute = s->checkpoint_activations;
        if (settings_given(s, "steps") && s->stage[stage].max_steps == 0)
            s->stage[stage].epochs = 0; /* --steps 0 */
    }
    return 0;
}

bool settings_given(const TrainSettings *s, const char *option) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(s->config.predictor_id, i)); i++)
        if (s->key_given[i] && strcmp(k->option, option) == 0) return true;
    const TrainingKey *t;
    for (size_t i = 0; (t = training_key(i)); i++)
        if (s->training_given[i] && strcmp(t->option, option) == 0) return true;
    return false;
}

bool settings_part_given(const TrainSettings *s, KeyPart part) {
    const ConfigKey *k;
    for (size_t i = 0; (k = config_key(s->config.predictor_id, i)); i++)
        if (s->key_given[i] && k->part == part) return true;
    return false;
}
