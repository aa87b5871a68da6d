/* jukebox_store.h: the hidden states of all windows of a song between two blocks of the prior, in a
 * file (then the work can be gone on with after an interruption) or in memory.
 *
 * A block turns the states of one window after the other into new ones. They are written into a
 * free slot, and only then is the step counted: one that is interrupted is done again from what it
 * began with. There is one slot more than windows; a block goes through the windows so that each
 * moves into the slot that the one before it left: from the last to the first for blocks 0, 2, ...,
 * and back for the others. */
#ifndef FEATURES_ENCODERS_JUKEBOX_STORE_H
#define FEATURES_ENCODERS_JUKEBOX_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/base/file_lock.h"

typedef struct {
    size_t windows, kept, size; /* kept: copies of all windows besides; size: floats of a slot */
    size_t block, done; /* windows that the current block has turned into new ones */
    bool resumed; /* the file had states in it: block and done say how far it had come */
    uint64_t key;
    char *path; /* owned; NULL: in memory */
    int descriptor;
    FileLock lock;
    uint64_t *sums; /* [slots]: of their contents */
    float **memory; /* [slots] */
} JukeboxStore;

/* path: NULL for memory. A file is locked, and gone on with if it was left by a run of the same
 * key, windows, kept and size; otherwise it is begun again. All steps are then `inputs` first:
 * jukebox_store_put of every window. Errors begin with the path. */
int jukebox_store_open(JukeboxStore *s, const char *path, uint64_t key, size_t windows, size_t kept,
                       size_t size, Error *err);
/* remove: the file is not needed any more. */
void jukebox_store_close(JukeboxStore *s, bool remove);

/* The window that the next step is about. */
size_t jukebox_store_next(const JukeboxStore *s);

/* Before the first block: the states [n] that enter it. jukebox_store_begin counts them. */
int jukebox_store_put(JukeboxStore *s, size_t window, const float *x, size_t n, Error *err);
int jukebox_store_begin(JukeboxStore *s, Error *err);

/* The states of a window as they are now. Refuses a file that was changed. */
int jukebox_store_get(JukeboxStore *s, size_t window, float *x, size_t n, Error *err);
/* The new states of jukebox_store_next; counts the step. */
int jukebox_store_step(JukeboxStore *s, const float *x, size_t n, Error *err);

/* A copy besides: `which` below kept. */
int jukebox_store_keep(JukeboxStore *s, size_t which, size_t window, const float *x, size_t n,
                       Error *err);
int jukebox_store_kept(JukeboxStore *s, size_t which, size_t window, float *x, size_t n,
                       Error *err);

#endif
