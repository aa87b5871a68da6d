/* broadcast.h: what the first process has read, for all processes of a run (lib/comm.h): one
 * machine touches the files. */
#ifndef MODEL_TRAIN_BROADCAST_H
#define MODEL_TRAIN_BROADCAST_H

#include "lib/data/corpus.h"
#include "model/model.h"

/* In the first process *m has been declared (model_new); in the others it is made the same. No
 * weights: train_stage sees to them. */
int model_broadcast(Model *m, Error *err);
/* In the first process *l has been read; the others get its sequences, without the names of their
 * files. */
int training_set_broadcast(TrainingSet *l, Error *err);

#endif
