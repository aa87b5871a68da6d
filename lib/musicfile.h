/* musicfile.h: music features on disk: .npz `features` f32 [T, 35], `fps` f64, `tempo` f64 (BPM); or a bare .npy [T, D].
 * Other numbers of columns than 35 are read too, since models say how many they take: whoever needs a certain number compares `dim` with it. */
#ifndef LIB_MUSICFILE_H
#define LIB_MUSICFILE_H

#include <stddef.h>

#include "error.h"

typedef struct {
    size_t frames, dim;
    float *data; /* [frames, dim], owned */
    double fps, tempo; /* tempo 0 if unknown */
} Music;

int music_read(const char *path, Music *out, Error *err); /* finite, at least one frame; errors begin with the path */
int music_write(const char *path, const Music *m, Error *err);
void music_free(Music *m);

#endif
