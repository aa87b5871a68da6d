#include "model/train/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/comm.h"
#include "model/checkpoint_file.h"

static char *previous_of(const char *path) {
    char *name = malloc(strlen(path) + sizeof ".previous");
    if (name) sprintf(name, "%s.previous", path);
    return name;
}

/* Gives the file that is about to be replaced a second name. Best effort: some file systems have no
 * hard links. */
static int keep_previous(const char *path, Error *err) {
    char *name = previous_of(path);
    if (!name) return error_set(err, "out of memory");
    if (file_exists(path)) {
        unlink(name);
        (void)!link(path, name);
    }
    free(name);
    return 0;
}

static bool same_place(const TrainState *a, const TrainState *b) {
    return a->stage == b->stage && a->epoch == b->epoch && a->batch == b->batch &&
           a->step == b->step;
}

static bool is_due(Run *run, const TrainState *state) {
    const TrainSettings *s = run->settings;
    if (state->batch > 0) { /* steps are counted from 0 in each stage */
        size_t saved = run->saved.stage == state->stage ? run->saved.step : 0;
        return s->checkpoint_steps && state->step - saved >= s->checkpoint_steps;
    }
    run->epochs_since_save++;
    return run->epochs_since_save >= s->checkpoint_every;
}

int checkpoint_save(void *user, const TrainState *state, bool must, Error *err) {
    Run *run = user;
    const char *path = run->settings->checkpoint;
    if (!path || (!is_due(run, state) && !must) || same_place(&run->saved, state)) return 0;
    if (state->batch == 0) run->epochs_since_save = 0;
    run->saved = *state;
    Exported e;
    if (checkpoint_export(&run->model, state, (const char *)run->text.data, &e, err)) return -1;
    if (!run->checkpoint_damaged && keep_previous(path, err)) {
        exported_free(&e);
        return -1;
    }
    run->checkpoint_damaged = false;
    return exported_write(path, &e, err);
}

/* Opens the checkpoint or, if it is damaged, the one before. *used points to the name of the file
 * that was opened. */
static int open_newest(const Run *run, const char *path, const char *previous, Safetensors **file,
                       const char **used, Error *err) {
    Error other;
    *used = path;
    if (safetensors_open(path, file, err) == 0) return 0;
    if (!file_exists(previous) || safetensors_open(previous, file, &other)) return -1;
    program_warn(run->program, "%s; going on from %s", err->text, previous);
    *used = previous;
    return 0;
}

/* 1 if there was one, 0 if none. */
static int resume(Run *run, TrainState *state, Error *err) {
    const char *path = run->settings->checkpoint, *used;
    const char *text = (const char *)run->text.data;
    if (!path || !file_exists(path)) return 0;
    char *previous = previous_of(path);
    if (!previous) return error_set(err, "out of memory");
    Safetensors *file;
    int status = open_newest(run, path, previous, &file, &used, err);
    if (status == 0) {
        status = checkpoint_import(&run->model, state, text, file, err) ? -1 : 1;
        if (status < 0) error_prefix(err, used);
        run->saved = *state;
        run->checkpoint_damaged = used != path;
        safetensors_close(file);
    }
    free(previous);
    return status;
}

int checkpoint_start(Run *run, TrainState *state, Error *err) {
    int status = 0;
    const char *path = run->settings->checkpoint;
    if (comm_rank() == 0 && path) status = file_lock(path, &run->checkpoint_lock, err);
    if (comm_rank() == 0 && status == 0) {
        status = resume(run, state, err);
        if (status == 0)
            status = run->steps->initialise(run, err);
        else if (status == 1)
            status = 0;
    }
    status = comm_all_ok(status, err);
    comm_broadcast(state, sizeof *state);
    return status;
}
