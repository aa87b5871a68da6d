#include "lib/base/file_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Is the file that we have locked still the one under this name? Its last owner removes it. */
static bool still_there(const char *path, int fd) {
    struct stat named, held;
    return stat(path, &named) == 0 && fstat(fd, &held) == 0 && named.st_dev == held.st_dev &&
           named.st_ino == held.st_ino;
}

/* 0, 1 to try again, -1 with a message. */
static int take(const char *path, FileLock *lock, Error *err) {
    lock->descriptor = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (lock->descriptor < 0)
        return error_set(err, "%s: cannot write: %s", lock->path, strerror(errno));
    if (flock(lock->descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return still_there(lock->path, lock->descriptor) ? 0 : 1;
    return error_set(err,
                     "%s: another run is writing it (it holds %s); wait for it, or give this "
                     "run a file of its own",
                     path, lock->path);
}

int file_lock(const char *path, FileLock *out, Error *err) {
    *out = (FileLock){.descriptor = -1};
    size_t n = strlen(path) + sizeof ".lock";
    out->path = malloc(n);
    if (!out->path) return error_set(err, "%s: out of memory", path);
    snprintf(out->path, n, "%s.lock", path);
    int status;
    while ((status = take(path, out, err)) > 0) close(out->descriptor);
    if (status == 0) return 0;
    if (out->descriptor >= 0) close(out->descriptor);
    free(out->path);
    *out = (FileLock){0};
    return -1;
}

void file_unlock(FileLock *lock) {
    if (!lock->path) return;
    unlink(lock->path); /* before it is unlocked: a process that waits sees that it is gone */
    close(lock->descriptor);
    free(lock->path);
    *lock = (FileLock){0};
}
