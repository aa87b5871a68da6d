/* schedule.h: how the numbers of a stage go on with its epochs and steps (unrolling, learning
 * rate), and how much of it there is. */
#ifndef MODEL_TRAIN_SCHEDULE_H
#define MODEL_TRAIN_SCHEDULE_H

#include "lib/base/comm.h"
#include "model/train/losses.h"

/* Steps in a row on the model's own output, in an epoch. */
size_t schedule_unroll(const Training *t, Stage stage, size_t epoch);
/* Learning rate. progress: the share of the stage that is done, 0 to 1; step counts from 0. */
double schedule_rate(const Training *t, size_t epoch, double progress, size_t step);

/* Most windows in any epoch; 0 with a message if a window of some epoch is longer than every
 * sequence. */
size_t schedule_max_windows(const Config *c, const Corpus *corpus, const Training *t, Stage stage,
                            Error *err);
/* Windows of a validation set; 0 if it is NULL. */
size_t schedule_validation_windows(const Config *c, const Corpus *validation, Stage stage);
/* Adam steps of the whole stage, at most: random phases can cost a sequence a window. */
size_t schedule_steps(const Config *c, const Corpus *corpus, const Training *t, Stage stage);
/* Windows of a batch that this process has, at most. */
size_t schedule_share(size_t max_windows, size_t val_windows, const Training *t);
/* Windows that its graph must take at a time: the share, or a micro-batch. */
size_t schedule_capacity(size_t max_windows, size_t val_windows, const Training *t);

#endif
