/* share.h: what the first process has read, for all processes of a run (lib/comm.h): one machine touches the files. */
#ifndef CMD_SHARED_SHARE_H
#define CMD_SHARED_SHARE_H

#include "corpus.h"

/* In the first process *m has been declared (model_new); in the others it is made the same. No weights: train_stage sees to them. */
int model_share(Model *m, Error *err);
/* In the first process *l has been read; the others get its sequences, without the names of their files. */
int corpus_share(Loaded *l, Error *err);

#endif
