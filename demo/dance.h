/* dance.h: a dance to a song, as AIST++ keeps one. */
#ifndef DEMO_DANCE_H
#define DEMO_DANCE_H

#include "demo/song.h"

enum { DANCE_FPS = 60 };

typedef struct {
    size_t frames;
    float *poses; /* [frames, 72] axis-angle of SMPL's joints, owned */
    float *translations; /* [frames, 3] metres, owned */
} Dance;

/* The steps of a choreography (choreography.h) fall on the song's beats; feet that stand do not
 * move; the body goes where the weight goes, and everything above it follows. The same arguments
 * give the same dance. */
int dance_make(const Song *song, uint64_t seed, Dance *out, Error *err);
void dance_free(Dance *d);

#endif
