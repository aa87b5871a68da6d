/* choreography.h: which moves make up a dance, and when and where its steps fall. */
#ifndef DEMO_CHOREOGRAPHY_H
#define DEMO_CHOREOGRAPHY_H

#include "demo/footwork.h"
#include "demo/song.h"
#include "lib/base/rng.h"

typedef struct {
    const Move *move;
    bool mirrored, backwards;
    double size; /* of its steps and gestures; 1 as in the repertoire */
} Bar;

/* Arms at a moment; in between they are on their way to the next. */
typedef struct {
    double beat;
    Arm arm[SIDES];
} Gesture;

/* Bar i begins at beat 4 (i - 1): the dance is under way when the song begins. */
typedef struct {
    Bar *bars;
    Footfall *falls;
    Gesture *gestures;
    size_t bar_count, fall_count, gesture_count;
} Choreography;

/* Phrases of eight counts, which are two bars: a move and its answer, which is the same move to the
 * other side or another one. A chorus has the same two moves every time that it comes. Moves suit
 * the energy of their section, begin with the foot that is free, and lead home where they would
 * lead off the stage, which is STAGE metres around the origin. All is owned: choreography_free. */
int choreography_make(const Song *song, Rng *r, Choreography *out, Error *err);
void choreography_free(Choreography *c);

extern const double STAGE;

#endif
