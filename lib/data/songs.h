/* songs.h: the music of many dances: each song is read once, however many dances use it, and kept
 * in memory only as long as one of them still will. */
#ifndef LIB_DATA_SONGS_H
#define LIB_DATA_SONGS_H

#include "lib/audio/music_file.h"

/* Reads a song -> *out (owned; empty on error). Errors begin with the path. */
typedef int SongLoad(void *context, const char *path, Music *out, Error *err);

typedef struct {
    const char *path; /* borrowed */
    Music music; /* data NULL: not in memory */
    size_t uses_left;
} Song;

typedef struct {
    Song *items; /* distinct paths, in the order of their first use */
    size_t count;
    size_t *of_use; /* [uses] which song */
    SongLoad *load;
    void *context;
} Songs;

/* Use i, of `uses`, is of the song at paths[i]. Nothing is read yet. The paths are borrowed. *out
 * is empty on error. */
int songs_new(Songs *out, const char *const *paths, size_t uses, SongLoad *load, void *context,
              Error *err);
/* The music of use i, read if it is not in memory. Borrowed, valid until the song's last use is
 * over. */
int songs_get(Songs *s, size_t use, const Music **music, Error *err);
/* Use i, got before or not, will not be asked for again: call it once. After a song's last use its
 * music is freed. */
void songs_done(Songs *s, size_t use);
void songs_free(Songs *s);

#endif
