/* checkpoint.h: where a run stands, on disk: FILE, replaced atomically, and the one before it as
 * FILE.previous. Both are whole whenever they are there, and once there is a FILE it is never
 * missing. */
#ifndef MODEL_TRAIN_CHECKPOINT_H
#define MODEL_TRAIN_CHECKPOINT_H

#include "model/train/run.h"

/* TrainHooks' save: user is the Run. Writes when --checkpoint-every and --checkpoint-steps say so,
 * or it must. */
int checkpoint_save(void *user, const TrainState *state, bool must, Error *err);

/* Before the first step, in all processes: if there is a checkpoint, the first process takes
 * run->model's weights and the state from it, else it calls run->steps->initialise; then all have
 * that state. A FILE that a disk has damaged gives way, with a warning, to FILE.previous; one of
 * other settings does not, and without FILE the run starts from the beginning. */
int checkpoint_start(Run *run, TrainState *state, Error *err);

#endif
