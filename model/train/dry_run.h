/* dry_run.h: what a run will take, before it starts: --dry-run, and the line that every run begins
 * with. */
#ifndef MODEL_TRAIN_DRY_RUN_H
#define MODEL_TRAIN_DRY_RUN_H

#include "lib/data/corpus.h"
#include "model/train/run.h"

/* One row for each of the run's stages, from `first` on, with the time that it is likely to take,
 * on stdout. extra_bytes: what else is in memory until the first step. In the first process; does
 * nothing in the others. */
int dry_run(const TrainSettings *s, Model *m, int first, const TrainingSet *data,
            const TrainingSet *val, size_t extra_bytes, Error *err);
/* "program: stage 3: ..." on stderr, without the time. */
int print_run_summary(const Program *program, const TrainSettings *s, Model *m, int first,
                      const TrainingSet *data, const TrainingSet *val, size_t extra_bytes,
                      Error *err);

#endif
