/* tuning.h: how far the music lies from A = 440 Hz (librosa.tuning_estimate over librosa.piptrack).
 */
#ifndef FEATURES_MINT35_TUNING_H
#define FEATURES_MINT35_TUNING_H

#include <stddef.h>

#include "features/mint35/librosa.h"
#include "lib/base/error.h"

/* Spectral peaks of all frames so far. Zero it before use. */
typedef struct {
    float *pitch, *magnitude; /* [count] Hz, interpolated magnitude */
    size_t count, capacity;
} Peaks;

/* Adds the peaks of one frame's magnitude spectrum [n_fft / 2 + 1]: local maxima between 150 and
 * 4000 Hz of at least a tenth of the frame's largest magnitude, refined by a parabola through three
 * bins. */
int peaks_add(Peaks *p, const float *magnitude, size_t n_fft, double rate, LibrosaVersion version,
              Error *err);
void peaks_free(Peaks *p);

/* Deviation in bins of bins_per_octave, -0.5 .. 0.49 in steps of 0.01, that most of the stronger
 * half of the peaks share; 0 without peaks. Reorders p. */
int tuning_estimate(Peaks *p, size_t bins_per_octave, double *tuning, Error *err);

#endif
