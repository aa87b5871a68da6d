/* run.h: a run of one of the two training programs: what it reads, its log, signals, checkpoints
 * and result. */
#ifndef MODEL_TRAIN_RUN_H
#define MODEL_TRAIN_RUN_H

#include "lib/base/buffer.h"
#include <stdbool.h>

#include "lib/base/file_lock.h"
#include "lib/cli/progress.h"
#include "lib/data/corpus.h"
#include "model/train/preset_rate.h"
#include "model/train/settings.h"
#include "model/train/trainer.h"

typedef struct Run Run;

/* What only one of the programs does. Each gets the run's `user`. */
typedef struct {
    /* In the first process: reads the data sets and the rest (run_read_sets), and declares
     * run->model without its weights. */
    int (*read)(Run *run, Error *err);
    /* In the first process: weights and statistics before the first step. */
    int (*initialise)(Run *run, Error *err);
    /* Appends " name=checksum" words: what else a checkpoint's run must have read. */
    void (*describe)(const Run *run, Buffer *text);
    /* Once the weights are there: gives back what was only read for them. May be NULL. */
    void (*release)(Run *run);
    /* In all processes, after a stage has come to its end. May be NULL. */
    int (*finish_stage)(Run *run, Stage stage, Error *err);
} RunSteps;

struct Run {
    const Program *program;
    const TrainSettings *settings;
    const RunSteps *steps;
    void *user;
    Model model; /* freed by run_training, like the sets */
    TrainingSet data, validation;
    char assumed[MUSIC_ASSUMED_SIZE]; /* the first thing that had to be assumed, or "" */
    char preset_text[PRESET_RATE_TEXT]; /* what the preset became at this rate, or "" */
    size_t extra_bytes; /* of memory until the first step, beside what the stages take */

    Buffer text; /* the settings as one line, ended by '\\0', for checkpoints */
    Progress progress;
    Stage progress_stage; /* that progress counts; 0 before the first batch */
    double started;
    int log_error; /* errno of the first row of the log that stdout did not take, or 0 */
    size_t epochs_since_save;
    TrainState saved; /* what the checkpoint holds */
    bool checkpoint_damaged; /* the one that is there is not worth keeping as the previous one */
    FileLock checkpoint_lock; /* of the first process */
};

/* The whole run, in all processes: reads, trains all stages and writes the result; or prints what
 * it would take (--dry-run). run has its first four fields. */
int run_training(Run *run, Error *err);

/* The data set and the validation set; with `load`, their songs too. */
int run_read_sets(Run *run, SongLoad *load, Error *err);
/* Numbers the genres of both by the model's. */
int run_number_genres(Run *run, Error *err);
/* NULL without --val. */
const Corpus *run_validation(const Run *run);

/* main() of a program that several processes may run together. */
int train_main(int argc, char **argv, int (*program)(int argc, char **argv));

#endif
