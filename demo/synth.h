/* synth.h: a drum machine and a few simple voices, mixed into one buffer. */
#ifndef DEMO_SYNTH_H
#define DEMO_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef enum { DRUM_KICK, DRUM_SNARE, DRUM_HAT, DRUM_CRASH, DRUM_COUNT } Drum;
typedef enum { VOICE_BASS, VOICE_CHORD, VOICE_LEAD, VOICE_PAD, VOICE_COUNT } Voice;

enum { SYNTH_TABLE = 2048 };

typedef struct {
    float *out;
    size_t count;
    double rate;
    float *drum[DRUM_COUNT]; /* one stroke of each, owned */
    size_t drum_count[DRUM_COUNT];
    float wave[VOICE_COUNT][SYNTH_TABLE + 1]; /* one period of each */
} Synth;

/* out [count] is the caller's and is added to. brightness in 0..1. */
int synth_new(Synth *s, float *out, size_t count, double rate, double brightness, uint64_t seed,
              Error *err);
void synth_free(Synth *s);

/* at and length in samples; what lies beyond the end of the buffer is left out. */
void synth_drum(Synth *s, Drum drum, double at, double loudness);
void synth_note(Synth *s, Voice voice, double at, double length, double hertz, double loudness);

#endif
