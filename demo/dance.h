/* dance.h: a dance to a song: moves of the song's style strung together bar by bar. */
#ifndef DEMO_DANCE_H
#define DEMO_DANCE_H

#include "demo/song.h"

enum { DANCE_FPS = 60 };

typedef struct {
    size_t frames;
    float *poses; /* [frames, 72] axis-angle of SMPL's joints, owned */
    float *translations; /* [frames, 3] metres, owned */
} Dance;

/* A phrase alternates between two or three moves whose energy suits the music's, to the left and to
 * the right, some larger and some smaller; now and then its last bar holds a still pose. Travelling
 * moves are turned so that the dancer stays near the origin. The same arguments give the same
 * dance. */
int dance_make(const Song *song, uint64_t seed, Dance *out, Error *err);
void dance_free(Dance *d);

#endif
