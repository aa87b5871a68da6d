/* bank_training.h: stages 1 and 2: from clusters to a bank file. */
#ifndef MODEL_TRAIN_BANK_TRAINING_H
#define MODEL_TRAIN_BANK_TRAINING_H

#include "model/train/settings.h"

/* Numbers of a preset that are the predictor's and contradict the bank's are adapted: a bank file
 * has them, but nothing uses them. */
void bank_training_adapt(Config *c);

/* A whole run, in all processes: writes the bank to s->output. clusters: what cluster-ap wrote, its
 * folder or one file. */
int bank_training(const Program *program, const TrainSettings *s, const char *clusters, Error *err);

#endif
