/* resample.h: change of sample rate (librosa.resample). */
#ifndef LIB_AUDIO_RESAMPLE_H
#define LIB_AUDIO_RESAMPLE_H

#include <stddef.h>

#include "lib/base/error.h"

/* librosa's res_type: soxr_hq is libsoxr's quality HQ, librosa's default from 0.10 on; the others
 * are resampy's (kaiser.h). */
typedef enum { SOXR_HIGH, KAISER_BEST, KAISER_FAST } Resampler;

/* x [n >= 1] at rate_in -> *y (owned) [*m] at rate_out, *m = ceil(n rate_out / rate_in): zeros fill
 * up where the resampler gives fewer samples. Equal rates give a copy. *y is NULL on error. */
int resample(const float *x, size_t n, double rate_in, double rate_out, Resampler resampler,
             float **y, size_t *m, Error *err);

/* The same with librosa's scale=True, which keeps the energy: y / sqrt(rate_out / rate_in). */
int resample_scaled(const float *x, size_t n, double rate_in, double rate_out, Resampler resampler,
                    float **y, size_t *m, Error *err);

#endif
