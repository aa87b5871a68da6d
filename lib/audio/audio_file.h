/* audio_file.h: sound files on disk, decoded whole: mp3 by libmpg123, wav, flac, ogg, opus, aiff
 * and others by libsndfile. Which sound is read is decided here and nowhere else. */
#ifndef LIB_AUDIO_AUDIO_FILE_H
#define LIB_AUDIO_AUDIO_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/file.h"

typedef struct {
    float *samples; /* [count] mono, mean of the channels, full scale 1; owned */
    size_t count;
    double rate; /* Hz */
    bool early_end; /* decoding stopped before the length that the file claims, or on damage:
                       samples hold what there was */
} Audio;

/* Endings of the files that are read, for file_expand; NULL-terminated. */
extern const char *const audio_endings[];
/* Endings of sound files that are not read: a folder's are to be named, not passed over. */
extern const char *const audio_unreadable_endings[];

/* Appends the sound files that path stands for, itself or those of a folder by name, the unreadable
 * ones too: reading them says what they are and how to convert them. A folder without any is an
 * error. Errors begin with the path. */
int audio_files_expand(const char *path, Strings *list, Error *err);

/* Refuses what cannot be decoded, files without samples, samples that are not finite, and a read
 * that fails on the way (EIO), which is not the end of the song. Memory grows with what is decoded,
 * not with what the header claims. *out is empty on error. Errors begin with the path. */
int audio_file_read(const char *path, Audio *out, Error *err);
void audio_free(Audio *a);

/* libmpg123 writes notes of its own to file descriptor 2 while it decodes. Between these two calls
 * that descriptor leads nowhere; the value of the first is for the second (-1: it could not be
 * done; harmless). For one thread at a time, with no messages in between. */
int stderr_mute(void);
void stderr_unmute(int saved);

#endif
