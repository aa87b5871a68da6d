/* file_lock.h: one process at a time for a file that is replaced, not written in place. */
#ifndef LIB_BASE_FILE_LOCK_H
#define LIB_BASE_FILE_LOCK_H

#include "lib/base/error.h"

/* All zero: nothing is locked. */
typedef struct {
    char *path; /* of the lock, PATH.lock; owned */
    int descriptor;
} FileLock;

/* Takes the lock of path, which need not exist, without waiting: PATH.lock, locked by flock(2),
 * which the system releases however the process ends. Fails if another process holds it. On a
 * file system without locks it succeeds. Errors begin with the path. */
int file_lock(const char *path, FileLock *out, Error *err);
/* Removes PATH.lock. Harmless where nothing is locked. */
void file_unlock(FileLock *lock);

#endif
