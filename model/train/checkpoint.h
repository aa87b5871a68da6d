/* checkpoint.h: where a run stands, on disk: FILE, replaced atomically, and the one before it as
 * FILE.previous. Both are whole whenever they are there, and once there is a FILE it is never
 * missing. */
#ifndef MODEL_TRAIN_CHECKPOINT_H
#define MODEL_TRAIN_CHECKPOINT_H

#include "model/train/run.h"

/* TrainHooks' save: user is the Run. Writes when --checkpoint-every and --checkpoint-steps say so,
 * or it must. */
int checkpoint_save(void *user, const TrainState *state, bool must, Error *err);

/* What a model is before the first step. */
typedef int Initialise(void *context, Error *err);

/* Before the first step, in all processes: if there is a checkpoint, the first takes the model and
 * the state from it, else it calls `initialise`; then all have that state. A FILE that a disk has
 * damaged gives way, with a warning, to FILE.previous; one of other settings does not, and without
 * FILE the run starts anew. */
int checkpoint_start(Run *run, Model *m, TrainState *state, Initialise *initialise, void *context,
                     Error *err);

#endif
