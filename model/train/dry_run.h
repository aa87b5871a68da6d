/* dry_run.h: what a run will take, before it starts: --dry-run, and the lines that every run begins
 * with. */
#ifndef MODEL_TRAIN_DRY_RUN_H
#define MODEL_TRAIN_DRY_RUN_H

#include "model/train/run.h"

/* One row for each of the run's stages, with the time that it is likely to take, on stdout; in the
 * first process only. run->model has been declared. */
int dry_run(Run *run, Error *err);
/* "program: stage 3: ..." on stderr, without the time. */
int print_run_summary(Run *run, Error *err);

#endif
