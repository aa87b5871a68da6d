/* mel_spectrogram.h: power in 128 mel bands and its decibels (librosa.feature.melspectrogram,
 * librosa.power_to_db). */
#ifndef FEATURES_MINT35_MEL_SPECTROGRAM_H
#define FEATURES_MINT35_MEL_SPECTROGRAM_H

#include <stddef.h>

#include "lib/base/error.h"

/* Triangular filters on Slaney's mel scale from `bottom` to `top` Hz (librosa: 0 to rate / 2), each
 * scaled to unit area per Hz (librosa.filters.mel). A band's weights lie over `count` neighbouring
 * bins from `first` on, stored one band after the other; zeros make counts multiples of MEL_LANES.
 */
enum { MEL_LANES = 8 };

typedef struct {
    size_t bands, bins;
    size_t *first,
        *count; /* [bands]; first + count may go beyond the bins by less than MEL_LANES */
    float *weights;
} MelFilters;

int mel_filters_new(MelFilters *out, double rate, double bottom, double top, size_t n_fft,
                    size_t bands, Error *err); /* *out is empty on error */
void mel_filters_free(MelFilters *f);

/* power [n_fft / 2 + 1 + MEL_LANES] of one frame, zeros at the end -> mel [bands]: weighted sums.
 */
void mel_frame(const MelFilters *f, const float *power, float *mel);

/* In place: 10 log10(max(1e-10, power)), then nothing lower than 80 dB below the largest value of
 * all count. */
void mel_power_to_db(float *power, size_t count);

#endif
