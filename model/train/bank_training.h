/* bank_training.h: stages 1 and 2: from clusters to a bank file. */
#ifndef MODEL_TRAIN_BANK_TRAINING_H
#define MODEL_TRAIN_BANK_TRAINING_H

#include "model/train/settings.h"

/* A whole run, in all processes: writes the bank to s->output. clusters: what cluster-ap wrote, its
 * folder or one file. */
int bank_training(const Program *program, const TrainSettings *s, const char *clusters, Error *err);

#endif
