/* beat_track.h: beats of an onset envelope by dynamic programming (librosa.beat.beat_track; Ellis 2007). */
#ifndef FEATURES_BEAT_TRACK_H
#define FEATURES_BEAT_TRACK_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

/* envelope [frames >= 1] (onset strength) -> beat [frames], *bpm. The tempo is estimated around start_bpm; then beats are placed where the envelope,
 * smoothed, is high and steps between them are near the period (tightness 100). An envelope of zeros: no beats, 0 BPM. */
int beat_track(const float *envelope, size_t frames, double rate, size_t hop, double start_bpm, bool *beat, double *bpm, Error *err);

/* The stages of the tracker. `period` is in frames, a whole number >= 1.
 * beat_local_score: envelope over its standard deviation, smoothed by a Gaussian of period / 32 frames.
 * beat_dynamic_program: cumulative[t] = local[t] + max over s in t - 2 period .. t - period / 2 of cumulative[s] - 100 (log(t - s) - log period)^2; link[t]
 * is the best s, or -1 where a sequence starts. */
int beat_local_score(const float *envelope, size_t frames, long period, double *local, Error *err);
int beat_dynamic_program(const double *local, size_t frames, long period, double *cumulative, long *link, Error *err);

#endif
