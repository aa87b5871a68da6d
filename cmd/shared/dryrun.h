/* dryrun.h: what a run will take, before it starts: --dry-run, and the line that every run begins with. */
#ifndef CMD_SHARED_DRYRUN_H
#define CMD_SHARED_DRYRUN_H

#include "corpus.h"
#include "training.h"

/* One row for each of the run's stages, from `first` on, with the time that it is likely to take, on stdout. extra_bytes: what else is in memory until
 * the first step. In the first process; does nothing in the others. */
int dry_run(const Settings *s, Model *m, int first, const Loaded *data, const Loaded *val, size_t extra_bytes, Error *err);
/* "program: stage 3: ..." on stderr, without the time. */
int announce(const Program *program, const Settings *s, Model *m, int first, const Loaded *data, const Loaded *val, size_t extra_bytes, Error *err);

#endif
