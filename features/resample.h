/* resample.h: change of sample rate with libsoxr at quality HQ, as librosa.resample(res_type="soxr_hq") does. */
#ifndef FEATURES_RESAMPLE_H
#define FEATURES_RESAMPLE_H

#include <stddef.h>

#include "lib/error.h"

/* x [n >= 1] at rate_in -> *y (owned) [*m] at rate_out, *m = ceil(n rate_out / rate_in): zeros fill up where the resampler gives
 * fewer samples. Equal rates give a copy. *y is NULL on error. */
int resample(const float *x, size_t n, double rate_in, double rate_out, float **y, size_t *m, Error *err);

/* The same with librosa's scale=True, which keeps the energy: y / sqrt(rate_out / rate_in). */
int resample_scaled(const float *x, size_t n, double rate_in, double rate_out, float **y, size_t *m, Error *err);

#endif
