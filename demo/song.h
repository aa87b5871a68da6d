/* song.h: a piece of synthetic music: its plan, and its sound. */
#ifndef DEMO_SONG_H
#define DEMO_SONG_H

#include "demo/style.h"
#include "lib/base/error.h"

enum { SONG_RATE = 44100, SONG_MAX_PHRASES = 512, BEATS_PER_BAR = 4, BARS_PER_PHRASE = 2 };

/* What a phrase of eight counts is a part of. */
typedef enum {
    SECTION_INTRO, /* drums and a pad */
    SECTION_VERSE, /* drums, bass and chords */
    SECTION_BUILD, /* towards a chorus */
    SECTION_CHORUS, /* everything, and the melody */
    SECTION_BREAK /* little but a pad and the beat */
} Section;

int section_energy(Section s); /* 0 calm, 1 middle, 2 high */

typedef struct {
    const Style *style;
    double bpm, seconds; /* beat 0 is at time 0 */
    int key; /* semitones over A */
    size_t phrases; /* of two bars, the last one cut where the song ends */
    Section section[SONG_MAX_PHRASES]; /* of each */
    int melody[16]; /* of the chorus: a tone of the chord for every eighth; negative: none */
    uint64_t seed;
} Song;

/* The number-th song of a style. The same arguments give the same song. seconds at most
 * SONG_MAX_SECONDS. */
Song song_plan(const Style *style, size_t number, double seconds, uint64_t seed);

enum { SONG_MAX_SECONDS = 600 };

/* Mono samples at SONG_RATE, in [-0.9, 0.9]. *samples is owned by the caller. */
int song_play(const Song *song, float **samples, size_t *count, Error *err);

#endif
