/* tempo.h: beats per minute of an onset envelope (librosa.feature.tempo). */
#ifndef FEATURES_MINT35_TEMPO_H
#define FEATURES_MINT35_TEMPO_H

#include <stddef.h>

#include "lib/base/error.h"

/* The lags of the tempogram at that rate: 8 seconds of frames. */
size_t tempo_lags(double rate, size_t hop);

/* Mean over time of the autocorrelation tempogram: around every frame, the envelope under a Hann
 * window of `lags` frames (even; beyond the ends it runs linearly to 0), its autocorrelation scaled
 * to largest magnitude 1. envelope [frames >= 1] -> mean [lags]. */
int tempo_mean_tempogram(const float *envelope, size_t frames, size_t lags, double *mean,
                         Error *err);

/* The lag with the largest log(1 + 1e6 mean) - (log2 bpm - log2 start_bpm)^2 / 2, below 320 BPM, as
 * BPM. */
double tempo_of_tempogram(const double *mean, size_t lags, double rate, size_t hop,
                          double start_bpm);

#endif
