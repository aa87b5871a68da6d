/* audio_source.h: the bytes of a sound file for a decoding library, with the first error of reading
 * kept: libraries report a failed read as the end of the file. */
#ifndef LIB_AUDIO_AUDIO_SOURCE_H
#define LIB_AUDIO_AUDIO_SOURCE_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/base/error.h"

typedef struct {
    int descriptor;
    off_t size;
    int error; /* errno of the first read or seek that failed; 0: none */
} AudioSource;

/* Refuses what is not a regular file, and an empty one. Errors begin with the path. */
int audio_source_open(const char *path, AudioSource *out, Error *err);
void audio_source_close(AudioSource *s);

/* As read(2): repeated after an interruption; -1 on an error, which is kept. */
ssize_t audio_source_read(AudioSource *s, void *data, size_t size);
off_t audio_source_seek(AudioSource *s, off_t offset, int whence);

/* Reads size bytes at offset, fewer at the end of the file; returns how many. */
size_t audio_source_peek(AudioSource *s, off_t offset, void *data, size_t size);

#endif
