/* schedule.h: what a stage does when: windows, unrolling, learning rate, and how much of it there
 * is. */
#ifndef MODEL_TRAIN_SCHEDULE_H
#define MODEL_TRAIN_SCHEDULE_H

#include "lib/base/comm.h"
#include "model/train/trainer.h"

/* Steps in a row on the model's own output, in an epoch. */
size_t schedule_unroll(const Training *t, int stage, size_t epoch);
CropShape schedule_shape(const Config *c, int stage, size_t unroll);
/* progress: part of the stage that is done, 0 to 1. */
double schedule_rate(const Training *t, size_t epoch, double progress, size_t step);

/* Most windows in any epoch; 0 with a message if a window of some epoch is longer than every
 * sequence. */
size_t schedule_max_windows(const Config *c, const Corpus *corpus, const Training *t, int stage,
                            Error *err);
/* Adam steps of the whole stage, at most: random phases can cost a sequence a window. */
size_t schedule_steps(const Config *c, const Corpus *corpus, const Training *t, int stage);
/* Windows that this process's graph must take. held: windows of the validation set. */
size_t schedule_capacity(size_t most, size_t held, const Training *t);

#endif
