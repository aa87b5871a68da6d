#include "model/train/run.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

int settings_preset(const Program *program, int argc, char **argv, TrainSettings *s) {
    const char *name = preset_in(argc, argv, "small");
    const Preset *p = preset_find(name);
    if (!p)
        return program_usage_error(program, "--preset takes one of paper|small|demo|tiny, not '%s'",
                                   name);
    *s = (TrainSettings){.preset = name, .config = p->config, .seed = 1, .checkpoint_every = 1};
    memcpy(s->stage, p->stage, sizeof s->stage);
    s->refine = refine_name(p->config.refine);
    return 0;
}

size_t settings_window_options(TrainSettings *s, Option *o) {
    Config *c = &s->config;
    bool *given = &s->window_given;
    Option options[] = {
        {"past", 0, OPTION_SIZE, &c->past, "L", "Past frames l.", 2, 100000, given},
        {"future", 0, OPTION_SIZE, &c->future, "K", "Predicted frames K.", 1, 100000, given},
        {"relative-root", 0, OPTION_FLAG, &c->relative_root, NULL,
         "Count horizontal translation from the last past frame.", 0, 0, given},
        {"no-relative-root", 0, OPTION_UNFLAG, &c->relative_root, NULL, "Do not.", 0, 0, given},
        {"relative-heading", 0, OPTION_FLAG, &c->relative_heading, NULL,
         "Turn every window so that its last past frame faces straight ahead.", 0, 0, given},
        {"no-relative-heading", 0, OPTION_UNFLAG, &c->relative_heading, NULL, "Do not.", 0, 0,
         given},
        {"standardise", 0, OPTION_FLAG, &c->standardise, NULL,
         "Scale every dimension inside the networks.", 0, 0, given},
        {"no-standardise", 0, OPTION_UNFLAG, &c->standardise, NULL, "Do not.", 0, 0, given},
        {"logit-scale", 0, OPTION_FLAG, &c->logit_scale, NULL,
         "Multiply the banks' logits by C^-1/2.", 0, 0, given},
        {"no-logit-scale", 0, OPTION_UNFLAG, &c->logit_scale, NULL, "Do not.", 0, 0, given},
    };
    memcpy(o, options, sizeof options);
    return sizeof options / sizeof *options;
}

size_t settings_training_options(TrainSettings *s, Training *t, Option *o) {
    Option options[] = {
        {"batch", 0, OPTION_SIZE, &t->batch, "B", "Windows per step.", 1, 65536, NULL},
        {"schedule", 0, OPTION_CHOICE, &s->schedule, "step|cosine|constant",
         "How the learning rate falls (the preset's).", 0, 0, NULL},
        {"warmup", 0, OPTION_SIZE, &t->warmup, "STEPS", "Steps over which the learning rate rises.",
         0, 1e9, NULL},
        {"noise", 0, OPTION_REAL, &t->noise, "S",
         "Let the motion that the networks are given drift by a Gaussian of S standard deviations.",
         0, 1000, NULL},
        {"root-weight", 0, OPTION_REAL, &t->root_weight, "W",
         "How often errors of the root's translation count in the loss.", 0, 1e6, NULL},
        {"kl", 0, OPTION_REAL, &t->kl, "W", "Weight of the divergence (VAE).", 0, 1e6, NULL},
    };
    memcpy(o, options, sizeof options);
    return sizeof options / sizeof *options;
}

size_t settings_common_options(TrainSettings *s, Option *o) {
    Option options[] = {
        {"preset", 0, OPTION_CHOICE, &s->preset, "paper|small|demo|tiny",
         "Start from this set of numbers; every other option changes one.", 0, 0, NULL},
        {"output", 'o', OPTION_TEXT, &s->output, "FILE",
         "Write the result here (.safetensors). Needed.", 0, 0, NULL},
        {"val", 0, OPTION_TEXT, &s->validation, "DATASET.tsv",
         "Log the loss on this set after every epoch, too.", 0, 0, NULL},
        {"checkpoint", 0, OPTION_TEXT, &s->checkpoint, "FILE",
         "Go on from FILE if it exists; keep it up to date.", 0, 0, NULL},
        {"checkpoint-every", 0, OPTION_SIZE, &s->checkpoint_every, "E",
         "Write the checkpoint every E epochs.", 1, 1e9, NULL},
        {"checkpoint-steps", 0, OPTION_SIZE, &s->checkpoint_steps, "S",
         "And every S steps within an epoch; 0: not.", 0, 1e9, NULL},
        {"checkpoint-activations", 0, OPTION_FLAG, &s->checkpoint_activations, NULL,
         "Keep only the inputs of transformer blocks and compute the rest again: less memory, more "
         "time, the same result.",
         0, 0, NULL},
        {"dry-run", 0, OPTION_FLAG, &s->dry_run, NULL,
         "Print what the run would take (numbers, memory, operations, time), and do nothing.", 0, 0,
         NULL},
        {"json", 0, OPTION_FLAG, &s->json, NULL, "Print that as JSON.", 0, 0, NULL},
        {"seed", 0, OPTION_INT, &s->seed, "S", "Seed of all random numbers.", 0, 9e15, NULL},
        {"threads", 'j', OPTION_INT, &s->threads, "N", "Threads; 0: one per processor.", 0, 1024,
         NULL},
        {"quiet", 'q', OPTION_FLAG, &s->quiet, NULL, "No progress on stderr.", 0, 0, NULL},
    };
    memcpy(o, options, sizeof options);
    return sizeof options / sizeof *options;
}

int settings_finish(TrainSettings *s, Error *err) {
    if (refine_parse(s->refine, &s->config.refine))
        return error_set(err, "no such variant: %s", s->refine);
    for (int i = 0; i < 3; i++) s->stage[i].recompute = s->checkpoint_activations;
    for (int i = 0; s->schedule && i < 3; i++)
        s->stage[i].schedule = s->schedule[0] == 's'                            ? SCHEDULE_STEP
                               : s->schedule[1] == 'o' && s->schedule[2] == 's' ? SCHEDULE_COSINE
                                                                                : SCHEDULE_CONSTANT;
    return 0;
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

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
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
    *run = (Run){.program = program, .settings = s, .model = m, .started = now()};
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
           now() - run->started);
    if (run->settings->validation) printf("\t%.7g", row->validation);
    printf("\n");
    fflush(stdout);
}

static void show_progress(void *user, size_t done, size_t total) {
    Run *run = user;
    if (done == 1 || run->progress.total != total)
        progress_start(&run->progress, "batches of this epoch", total, run->settings->quiet);
    progress_step(&run->progress, done);
    if (done == total) progress_end(&run->progress);
}

static bool asked_to_stop(void *user) {
    (void)user;
    return signalled != 0;
}

TrainHooks run_hooks(Run *run) {
    return (TrainHooks){.user = run,
                        .log = log_row,
                        .progress = show_progress,
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
