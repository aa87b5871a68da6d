#include "model/train/run.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/comm.h"
#include "model/model_file.h"
#include "model/train/checkpoint.h"

static const char *preset_in(int argc, char **argv, const char *otherwise) {
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--preset=", 9) == 0) otherwise = argv[i] + 9;
        if (strcmp(argv[i], "--preset") == 0 && i + 1 < argc) otherwise = argv[i + 1];
    }
    return otherwise;
}

int settings_preset(const Program *program, int argc, char **argv, int stage, TrainSettings *s) {
    const char *name = preset_in(argc, argv, "small");
    const Preset *p = preset_find(name);
    int index = 0;
    if (!p)
        return program_usage_error(program, "--preset takes one of paper|small|demo|tiny, not '%s'",
                                   name);
    while (strcmp(preset_names[index], name) != 0) index++;
    *s = (TrainSettings){.preset = index,
                         .config = p->config,
                         .common = p->stage[stage - 1],
                         .schedule = -1,
                         .seed = 1,
                         .checkpoint_every = 1};
    memcpy(s->stage, p->stage, sizeof s->stage);
    return 0;
}

OptionGroup settings_window_options(TrainSettings *s) {
    Config *c = &s->config;
    bool *given = &s->window_given;
    return (OptionGroup){
        .rows = {
            option_given(option_size("past", 0, "L", &c->past, 2, 100000, "Past frames l."), given),
            option_given(
                option_size("future", 0, "K", &c->future, 1, 100000, "Predicted frames K."), given),
            option_given(option_switch("relative-root", &c->relative_root,
                                       "Count horizontal translation from the last past frame."),
                         given),
            option_given(option_switch(
                             "relative-heading", &c->relative_heading,
                             "Turn every window so that its last past frame faces straight ahead."),
                         given),
            option_given(option_switch("standardise", &c->standardise,
                                       "Scale every dimension inside the networks."),
                         given),
            option_given(option_switch("logit-scale", &c->logit_scale,
                                       "Multiply the banks' logits by C^-1/2."),
                         given),
        }};
}

OptionGroup settings_training_options(TrainSettings *s) {
    static const char *const schedules[] = {[SCHEDULE_STEP] = "step",
                                            [SCHEDULE_COSINE] = "cosine",
                                            [SCHEDULE_CONSTANT] = "constant",
                                            NULL};
    Training *t = &s->common;
    return (OptionGroup){
        .rows = {
            option_given(option_size("batch", 0, "B", &t->batch, 1, 65536, "Windows per step."),
                         &s->given.batch),
            option_standard(option_choice("schedule", 0, schedules, &s->schedule,
                                          "How the learning rate falls."),
                            "the preset's"),
            option_given(option_size("warmup", 0, "STEPS", &t->warmup, 0, 1e9,
                                     "Steps over which the learning rate rises."),
                         &s->given.warmup),
            option_given(
                option_real("noise", 0, "S", &t->noise, 0, 1000,
                            "Let the motion that the networks are given drift by a Gaussian of S "
                            "standard deviations."),
                &s->given.noise),
            option_given(
                option_real("root-weight", 0, "W", &t->root_weight, 0, 1e6,
                            "How often errors of the root's translation count in the loss."),
                &s->given.root_weight),
            option_given(
                option_real("kl", 0, "W", &t->kl, 0, 1e6, "Weight of the divergence (VAE)."),
                &s->given.kl),
        }};
}

OptionGroup settings_run_options(TrainSettings *s) {
    return (OptionGroup){
        .rows = {
            option_choice("preset", 0, preset_names, &s->preset,
                          "Start from this set of numbers; every other option changes one."),
            option_text("output", 'o', "FILE", &s->output,
                        "Write the result here (.safetensors). Needed."),
            option_text("val", 0, "DATASET.tsv", &s->validation,
                        "Log the loss on this set after every epoch, too."),
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

void settings_finish(TrainSettings *s) {
    for (int i = 0; i < 3; i++) {
        Training *t = &s->stage[i];
        if (s->given.batch) t->batch = s->common.batch;
        if (s->given.warmup) t->warmup = s->common.warmup;
        if (s->given.noise) t->noise = s->common.noise;
        if (s->given.root_weight) t->root_weight = s->common.root_weight;
        if (s->given.kl) t->kl = s->common.kl;
        if (s->schedule >= 0) t->schedule = (Schedule)s->schedule;
        t->recompute = s->checkpoint_activations;
    }
}

/* --- a run --- */

static volatile sig_atomic_t signalled; /* the one thing a signal handler can leave behind */

static void on_signal(int number) {
    if (signalled) { /* a second one means it */
        signal(number, SIG_DFL);
        raise(number);
    }
    signalled = 1;
}

void run_describe(Run *run, const char *format, ...) {
    size_t at = strlen(run->text);
    va_list args;
    va_start(args, format);
    vsnprintf(run->text + at, sizeof run->text - at, format, args);
    va_end(args);
}

static void describe_stage(Run *run, int stage) {
    const Training *t = &run->settings->stage[stage - 1];
    run_describe(run, " batch%d=%zu lr%d=%g schedule%d=%d drop%d=%zu,%zu warmup%d=%zu noise%d=%g",
                 stage, t->batch, stage, t->lr, stage, (int)t->schedule, stage, t->drop[0],
                 t->drop[1], stage, t->warmup, stage, t->noise);
    run_describe(run, " fade%d=%g unroll%d=%zu,%zu beta%d=%g kl%d=%g root%d=%g", stage, t->fade,
                 stage, t->unroll, t->ramp, stage, t->beta, stage, t->kl, stage, t->root_weight);
    if (t->schedule == SCHEDULE_COSINE)
        run_describe(run, " length%d=%zu,%zu", stage, t->epochs,
                     t->max_steps); /* the rate depends on it */
}

void run_start(Run *run, const Program *program, const TrainSettings *s, const Model *m) {
    *run = (Run){.program = program, .settings = s, .model = m, .started = clock_seconds()};
    char *config = config_to_json(&m->config);
    run_describe(run, "seed=%ld config=%s", s->seed, config ? config : "");
    free(config);
    for (int stage = m->kind == KIND_BANK ? 1 : 3; stage <= (m->kind == KIND_BANK ? 2 : 3); stage++)
        describe_stage(run, stage);
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    printf("stage\tstep\tepoch\tloss\tlr\tseconds%s\n", s->validation ? "\tval_loss" : "");
    fflush(stdout);
}

static void log_row(void *user, const LogRow *row) {
    const Run *run = user;
    printf("%d\t%zu\t%zu\t%.7g\t%.4g\t%.1f", row->stage, row->step, row->epoch, row->loss, row->lr,
           clock_seconds() - run->started);
    if (run->settings->validation) printf("\t%.7g", row->validation);
    printf("\n");
    fflush(stdout);
}

static void on_batch(void *user, const TrainState *state, size_t done, size_t total) {
    Run *run = user;
    const Training *t = &run->settings->stage[state->stage - 1];
    char label[PROGRESS_LABEL], epochs[32] = "";
    const char *slash = strrchr(run->settings->output, '/');
    const char *name = slash ? slash + 1 : run->settings->output;
    const int length = (int)strcspn(name, ".");
    if (run->progress_stage != state->stage) {
        progress_start(&run->progress, "", total, run->settings->general.quiet);
        progress_from(&run->progress, done - 1); /* what a checkpoint held already */
        run->progress_stage = state->stage;
    }
    if (!t->max_steps) snprintf(epochs, sizeof epochs, " of %zu", t->epochs);
    snprintf(label, sizeof label, "%.*s: stage %d, epoch %zu%s", length < 32 ? length : 32, name,
             state->stage, state->epoch + 1, epochs);
    progress_relabel(&run->progress, label);
    run->progress.total = total;
    progress_step(&run->progress, done);
    if (done >= total || signalled) progress_end(&run->progress);
}

static bool asked_to_stop(void *user) {
    (void)user;
    return signalled != 0;
}

TrainHooks run_hooks(Run *run) {
    return (TrainHooks){.user = run,
                        .log = log_row,
                        .progress = on_batch,
                        .stop = asked_to_stop,
                        .save = checkpoint_save};
}

int run_end(const TrainSettings *s, const Model *m, int status, Error *err) {
    if (status == TRAIN_STOPPED)
        return s->checkpoint
                   ? error_set(err, "stopped by a signal; the same command goes on from %s",
                               s->checkpoint)
                   : error_set(err, "stopped by a signal; there is no --checkpoint to go on from");
    if (status != TRAIN_DONE) return status;
    if (comm_rank() == 0) {
        Exported e;
        status = model_export(m, &e, err) || exported_write(s->output, &e, err) ? -1 : 0;
    }
    return comm_all_ok(status, err);
}
