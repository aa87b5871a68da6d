#include "model/train/run.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/comm.h"
#include "lib/base/rate.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "lib/motion/mirror.h"
#include "lib/motion/skeleton.h"
#include "model/model_file.h"
#include "model/train/broadcast.h"
#include "model/train/checkpoint.h"
#include "model/train/contact_loss.h"
#include "model/train/dry_run.h"

/* --- what is read --- */

/* Options that need to know where joints are. */
static int check_bodies(const Run *run, Error *err) {
    const TrainSettings *s = run->settings;
    const size_t joints = joints_of_dim(run->data.corpus.motion_dim);
    for (Stage stage = s->first; stage <= s->last; stage++) {
        if (s->stage[stage].mirror > 0 && !mirror_known(joints))
            return error_set(err,
                             "%s: bodies of %zu joints; --mirror knows SMPL's %d and SMPL-H's %d",
                             s->dataset, joints, SMPL_JOINTS, SMPLH_JOINTS);
        if (s->stage[stage].contact > 0 && !contact_loss_known(joints))
            return error_set(err,
                             "%s: bodies of %zu joints; --contact knows SMPL's %d and SMPL-H's %d",
                             s->dataset, joints, SMPL_JOINTS, SMPLH_JOINTS);
    }
    return 0;
}

int run_read_sets(Run *run, SongLoad *load, Error *err) {
    const TrainSettings *s = run->settings;
    if (training_set_load(s->dataset, load, NULL, &run->data, err)) return -1;
    if (!run->assumed[0]) training_set_assumed(&run->data, run->assumed);
    if (s->fps > 0 && !rate_same(run->data.fps, s->fps))
        return error_set(err, "%s: has %g frames a second, but --fps says %g", s->dataset,
                         run->data.fps, s->fps);
    if (check_bodies(run, err)) return -1;
    if (!s->validation) return 0;
    if (training_set_load(s->validation, load, NULL, &run->validation, err)) return -1;
    if (!run->assumed[0]) training_set_assumed(&run->validation, run->assumed);
    return training_set_check_validation(&run->validation, s->validation, &run->data, s->dataset,
                                         err);
}

int run_number_genres(Run *run, Error *err) {
    const TrainSettings *s = run->settings;
    char **genres = run->model.genres;
    size_t count = run->model.config.genre_count;
    if (training_set_number_genres(&run->data, s->dataset, genres, count, err)) return -1;
    if (!s->validation) return 0;
    return training_set_number_genres(&run->validation, s->validation, genres, count, err);
}

const Corpus *run_validation(const Run *run) {
    return run->settings->validation ? &run->validation.corpus : NULL;
}

/* In all processes: what the first has read. */
static int read_and_broadcast(Run *run, Error *err) {
    int status = comm_rank() == 0 ? run->steps->read(run, err) : 0;
    if (comm_all_ok(status, err) || model_broadcast(&run->model, err) ||
        training_set_broadcast(&run->data, err))
        return -1;
    return run->settings->validation ? training_set_broadcast(&run->validation, err) : 0;
}

/* --- log, progress, signals --- */

static volatile sig_atomic_t signalled; /* the one thing a signal handler can leave behind */

static void on_signal(int number) {
    if (signalled) { /* the second one ends the program at once */
        signal(number, SIG_DFL);
        raise(number);
    }
    signalled = 1;
}

static bool asked_to_stop(void *user) {
    (void)user;
    return signalled != 0;
}

static void flush_log(Run *run) {
    if (fflush(stdout) != 0 && !run->log_error) run->log_error = errno;
}

static void log_row(void *user, const LogRow *row) {
    Run *run = user;
    printf("%d\t%zu\t%zu\t%.7g\t%.4g\t%.1f", (int)row->stage, row->step, row->epoch, row->loss,
           row->lr, clock_seconds() - run->started);
    if (run->settings->validation) printf("\t%.7g", row->validation);
    printf("\n");
    flush_log(run);
}

static void on_batch(void *user, const TrainState *state, size_t done, size_t total) {
    Run *run = user;
    const Training *t = &run->settings->stage[state->stage];
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
             (int)state->stage, state->epoch + 1, epochs);
    progress_relabel(&run->progress, label);
    run->progress.total = total;
    progress_step(&run->progress, done);
    if (done >= total || signalled) progress_end(&run->progress);
}

/* The header of the log; from here on signals stop the run after a batch. */
static void start_log(Run *run) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    run->started = clock_seconds();
    printf("stage\tstep\tepoch\tloss\tlr\tseconds%s\n",
           run->settings->validation ? "\tval_loss" : "");
    flush_log(run);
}

/* --- the run --- */

/* "seed=1 config={...} batch3=8 ... data=0123456789abcdef ..." */
static int describe(Run *run, Error *err) {
    const TrainSettings *s = run->settings;
    const Config *c = &run->model.config;
    char *config = config_to_json(c);
    if (!config) return error_set(err, "out of memory");
    buffer_print(&run->text, "seed=%ld config=%s", s->seed, config);
    free(config);
    for (Stage stage = s->first; stage <= s->last; stage++)
        training_describe(&s->stage[stage], stage, c, &run->text);
    buffer_print(&run->text, " data=%016" PRIx64, run->data.checksum);
    run->steps->describe(run, &run->text);
    buffer_byte(&run->text, '\0');
    return buffer_check(&run->text, err);
}

/* From where the state stands to the end of the last stage: TRAIN_DONE, TRAIN_STOPPED or -1. */
static int train_stages(Run *run, TrainState *state, Error *err) {
    const TrainSettings *s = run->settings;
    const TrainHooks hooks = {.user = run,
                              .log = log_row,
                              .progress = on_batch,
                              .stop = asked_to_stop,
                              .save = checkpoint_save};
    while (state->stage <= s->last) {
        int status = train_stage(&run->model, &run->data.corpus, run_validation(run),
                                 &s->stage[state->stage], state, &hooks, err);
        if (status == TRAIN_DONE && run->steps->finish_stage)
            status = run->steps->finish_stage(run, state->stage, err);
        if (status != TRAIN_DONE) return status;
        params_reset_adam(&run->model.params);
        *state = (TrainState){.stage = state->stage + 1, .seed = state->seed};
    }
    return TRAIN_DONE;
}

static int stopped(const TrainSettings *s, Error *err) {
    if (s->checkpoint)
        return error_set(err, "stopped by a signal; the same command goes on from %s",
                         s->checkpoint);
    return error_set(err, "stopped by a signal; there is no --checkpoint to go on from");
}

static int write_model(const Run *run, Error *err) {
    Exported e;
    int status = 0;
    if (comm_rank() == 0)
        status =
            model_export(&run->model, &e, err) || exported_write(run->settings->output, &e, err)
                ? -1
                : 0;
    return comm_all_ok(status, err);
}

static int run_whole(Run *run, Error *err) {
    const TrainSettings *s = run->settings;
    threads_set((int)s->general.threads);
    if (comm_all_ok(runtime_check_blas(threads_count(), err), err)) return -1;
    if (s->stage[s->first].precision == PRECISION_BF16 &&
        comm_all_ok(bf16_check_training(bf16_kernel(), choice_forced(CHOICE_BF16), err), err))
        return -1;
    if (read_and_broadcast(run, err)) return -1;
    if (s->dry_run) return dry_run(run, err);
    if (print_run_summary(run, err)) return -1;
    if (run->assumed[0]) program_warn(run->program, "%s", run->assumed);
    if (comm_all_ok(params_allocate(&run->model.params, true, err), err)) return -1;
    TrainState state = {.stage = s->first, .seed = (uint64_t)s->seed};
    start_log(run);
    if (describe(run, err) || checkpoint_start(run, &state, err)) return -1;
    if (run->steps->release) run->steps->release(run);
    int status = train_stages(run, &state, err);
    if (status == TRAIN_STOPPED) return stopped(s, err);
    if (status != TRAIN_DONE || write_model(run, err)) return -1;
    if (!run->log_error) return 0;
    return error_set(err, "%s is written, but not the log on standard output: %s", s->output,
                     strerror(run->log_error));
}

int run_training(Run *run, Error *err) {
    int status = run_whole(run, err);
    buffer_free(&run->text);
    model_free(&run->model);
    training_set_free(&run->data);
    file_unlock(&run->checkpoint_lock);
    training_set_free(&run->validation);
    return status;
}

int train_main(int argc, char **argv, int (*program)(int argc, char **argv)) {
    runtime_prepare(argv);
    comm_start();
    int status = program(argc, argv);
    comm_end();
    return status;
}
