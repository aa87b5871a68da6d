/* statistics.h: means and standard deviations that the networks scale their inputs by. */
#ifndef MODEL_TRAIN_STATISTICS_H
#define MODEL_TRAIN_STATISTICS_H

#include "lib/data/crops.h"
#include "model/model.h"

/* motion.{mean,std} and music.{mean,std} over all training windows, in the networks' coordinates;
 * standard deviations are at least 0.01 (motion) and 0.001 (music), so that what hardly varies is
 * not blown up. Does nothing without --standardise. */
int train_statistics(Model *m, const Corpus *corpus, Error *err);

#endif
