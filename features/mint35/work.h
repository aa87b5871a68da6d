/* work.h: one sound on its way to features: what the steps of mint35.c hand to each other, and what
 * an observer sees of it. */
#ifndef FEATURES_MINT35_WORK_H
#define FEATURES_MINT35_WORK_H

#include <stdbool.h>

#include "features/mint35/beat_track.h"
#include "features/mint35/mint35.h"

/* In the order in which they are taken. A step is left out if no column needs it. */
typedef enum {
    STEP_SPECTRA, /* y -> mel and onset_mel as power, tuning */
    STEP_DECIBELS, /* mel and onset_mel, in place */
    STEP_ONSETS, /* onset_mel -> envelope, onset */
    STEP_BEATS, /* envelope -> beats */
    STEP_CEPSTRA, /* mel -> MFCC columns */
    STEP_CONSTANT_Q, /* y -> constant_q; mel is freed before */
    STEP_CHROMA, /* constant_q -> chroma */
    STEP_CENS, /* chroma (overwritten) -> chroma columns */
    STEPS
} Mint35Step;

struct Mint35Work {
    const Mint35Options *options;
    const float *y; /* [n] at `rate` Hz */
    size_t n, frames;
    double rate;
    float *mel, *onset_mel; /* [frames, MINT35_MELS]; one array where both have the same bands */
    double tuning; /* in bins of CQ_PER_OCTAVE */
    float *envelope; /* [frames] onset strength */
    bool *onset; /* [frames] */
    BeatTrack beats;
    float *constant_q; /* [frames, CQ_BINS] magnitudes */
    float *chroma; /* [frames, MINT35_PITCHES] */
    Music *out;
};

#endif
