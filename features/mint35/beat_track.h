/* beat_track.h: beats of an onset envelope by dynamic programming (librosa.beat.beat_track; Ellis
 * 2007). */
#ifndef FEATURES_MINT35_BEAT_TRACK_H
#define FEATURES_MINT35_BEAT_TRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "features/mint35/librosa.h"
#include "lib/base/error.h"

/* Beats, and what led to them. */
typedef struct {
    bool *beat; /* [frames] */
    double bpm; /* 0 for an envelope of zeros, which has no beats; the rest is then empty */
    long period; /* of the tempo, in frames */
    double *tempogram; /* [lags] tempo_mean_tempogram */
    size_t lags;
    double *local, *cumulative; /* [frames] scores, see below */
    long *link; /* [frames] */
} BeatTrack;

/* envelope [frames >= 1] (onset strength) -> *out (owned; empty on error). The tempo is estimated
 * around start_bpm; then beats are placed where the envelope, smoothed, is high and steps between
 * them are near the period (tightness 100). */
int beat_track(const float *envelope, size_t frames, double rate, size_t hop, double start_bpm,
               LibrosaVersion version, BeatTrack *out, Error *err);
void beat_track_free(BeatTrack *t);

/* The stages of the tracker. `period` is in frames, a whole number >= 1.
 * beat_local_score: envelope over its standard deviation, smoothed by a Gaussian of period / 32
 * frames. beat_dynamic_program: cumulative[t] = local[t] + max over s in t - 2 period .. t - period
 * / 2 of cumulative[s] - 100 (log(t - s) - log period)^2; link[t] is the best s, or -1 where a
 * sequence starts. In 0.8 cumulative is 0 before frame 0; a link to there is negative, -1. */
int beat_local_score(const float *envelope, size_t frames, long period, LibrosaVersion version,
                     double *local, Error *err);
int beat_dynamic_program(const double *local, size_t frames, long period, LibrosaVersion version,
                         double *cumulative, long *link, Error *err);

#endif
