/* trainer.h: the three stages of section 4.3, by one process or by all processes of lib/comm.h
 * together: each takes its part of every batch and all take the same step.
 *
 * An epoch visits every window at stride K, in random order, with a random phase per sequence. Adam
 * starts afresh at each stage. Memory is planned before the first step. Random draws depend on
 * seed, stage, epoch and step only, so that a resumed run draws what the undisturbed one would have
 * drawn. */
#ifndef MODEL_TRAIN_TRAINER_H
#define MODEL_TRAIN_TRAINER_H

#include "lib/data/crops.h"
#include "model/model_file.h"

typedef enum { SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_CONSTANT } Schedule;

typedef struct {
    size_t batch;
    size_t epochs; /* of this stage */
    size_t max_steps; /* 0: as many as the epochs have */
    double lr;
    Schedule
        schedule; /* step: lr falls to a tenth at each of `drop`; cosine: to nothing at the end */
    size_t drop[2]; /* epochs; 0: none */
    size_t warmup; /* steps over which lr rises from 0 */
    double noise; /* how far the motion that the networks are given drifts from the data, in units
                     of motion.std where that exists */
    double fade; /* stage 3: how much of the past's movement may be missing from what the networks
                    are given, 0 to 1 */
    size_t unroll,
        ramp; /* stage 3: steps in a row on the model's own output, reached after `ramp` epochs */
    double beta, kl, root_weight; /* weights of the losses: see LossWeights */
    bool recompute; /* activations a second time instead of keeping them: the same bits in less
                       memory */
} Training;

typedef struct {
    int stage;
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

/* Runs state->stage from where it stands to its end: 1 (eq. 7), 2 (eq. 8), 3 (eq. 9), with the
 * first process's weights and moments; the rest of what is passed is the same in all processes.
 * validation may be NULL. TRAIN_DONE, TRAIN_STOPPED (stop asked; saved), or -1. */
int train_stage(Model *m, const Corpus *corpus, const Corpus *validation, const Training *t,
                TrainState *state, const TrainHooks *hooks, Error *err);

#endif
