/* kaiser.h: resampling by a sinc under a Kaiser window, interpolated from a table (J. O. Smith's
 * algorithm; resampy 0.2.2). */
#ifndef LIB_AUDIO_KAISER_H
#define LIB_AUDIO_KAISER_H

#include <stddef.h>

#include "lib/base/error.h"

typedef struct {
    size_t zeros; /* zero crossings on each side */
    double rolloff; /* cut-off, as a share of the Nyquist frequency */
    double beta; /* of the window */
} KaiserFilter;

/* resampy's presets */
extern const KaiserFilter kaiser_best, kaiser_fast;

/* x [n >= 1] -> y [m], y[t] being x at time t / ratio; beyond both ends x is 0. */
int kaiser_resample(const float *x, size_t n, double ratio, const KaiserFilter *filter, float *y,
                    size_t m, Error *err);

#endif
