#include "lib/audio/audio_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int audio_source_open(const char *path, AudioSource *out, Error *err) {
    *out = (AudioSource){.descriptor = -1};
    struct stat s;
    /* Looked at before it is opened: opening a FIFO would wait for a writer. */
    if (stat(path, &s)) return error_set(err, "%s: %s", path, strerror(errno));
    if (!S_ISREG(s.st_mode)) return error_set(err, "%s: not a regular file", path);
    if (s.st_size == 0) return error_set(err, "%s: the file is empty", path);
    out->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (out->descriptor < 0) return error_set(err, "%s: %s", path, strerror(errno));
    out->size = s.st_size;
    return 0;
}

void audio_source_close(AudioSource *s) {
    if (s->descriptor >= 0) close(s->descriptor);
    s->descriptor = -1;
}

ssize_t audio_source_read(AudioSource *s, void *data, size_t size) {
    ssize_t got;
    do got = read(s->descriptor, data, size);
    while (got < 0 && errno == EINTR);
    if (got < 0 && !s->error) s->error = errno;
    return got;
}

off_t audio_source_seek(AudioSource *s, off_t offset, int whence) {
    off_t at = lseek(s->descriptor, offset, whence);
    if (at < 0 && !s->error) s->error = errno;
    return at;
}

size_t audio_source_peek(AudioSource *s, off_t offset, void *data, size_t size) {
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(s->descriptor, (char *)data + done, size - done, offset + (off_t)done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && !s->error) s->error = errno;
        if (got <= 0) break;
        done += (size_t)got;
    }
    return done;
}
