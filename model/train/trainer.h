/* trainer.h: a stage of training, by one process or by all processes of lib/base/comm.h together:
 * each takes its part of every batch and all take the same step.
 *
 * An epoch visits every window at stride K, in random order, with a random phase per sequence. Adam
 * starts with zero moments at each stage. Memory is planned before the first step. Random draws
 * depend on seed, stage, epoch and step only, so that a resumed run draws what an uninterrupted one
 * draws. */
#ifndef MODEL_TRAIN_TRAINER_H
#define MODEL_TRAIN_TRAINER_H

#include "model/train/losses.h"

typedef struct {
    Stage stage;
    size_t step, epoch;
    double loss, lr;
    double validation; /* NaN without a validation set */
} LogRow;

/* What the caller does meanwhile. Any may be NULL. */
typedef struct {
    void *user;
    void (*log)(void *user, const LogRow *row);
    /* After every batch: done of about `total` batches (steps, where their number is given) of the
     * stage; state->epoch is the one under way. */
    void (*progress)(void *user, const TrainState *state, size_t done, size_t total);
    bool (*stop)(void *user); /* asked after every batch */
    /* After every batch (state->batch > 0) and every epoch, in the first process only; must: the
     * run ends here. */
    int (*save)(void *user, const TrainState *state, bool must, Error *err);
} TrainHooks;

typedef enum { TRAIN_DONE = 0, TRAIN_STOPPED = 1 } TrainEnd;

/* Runs state->stage from where it stands to its end, with the
 * first process's weights and moments; the rest of what is passed is the same in all processes.
 * validation may be NULL. TRAIN_DONE, TRAIN_STOPPED (stop asked; saved), or -1. */
int train_stage(Model *m, const Corpus *corpus, const Corpus *validation, const Training *t,
                TrainState *state, const TrainHooks *hooks, Error *err);

#endif
