/* stft.h: short-time Fourier transform, one frame at a time (librosa.stft, center=True). */
#ifndef FEATURES_MINT35_STFT_H
#define FEATURES_MINT35_STFT_H

#include <stddef.h>

#include "lib/base/error.h"

typedef struct Stft Stft;

/* librosa transforms in double precision and rounds the bins to single: STFT_DOUBLE. STFT_SINGLE
 * takes half the time and is off by about 1e-7 of the frame's largest bin, which matters only where
 * rounding noise decides, as among the peaks of a flat spectrum. */
typedef enum { STFT_DOUBLE, STFT_SINGLE } StftPrecision;

/* What y is beyond 0 .. n-1: zero, or mirrored at its first and last sample, again and again if
 * need be (librosa's pad_mode "constant", "reflect"). */
typedef enum { STFT_CONSTANT, STFT_REFLECT } StftPadding;

/* n_fft even; window [n_fft] is copied, NULL means all ones. Not shared between threads; each
 * thread makes its own. *out is NULL on error. */
int stft_new(Stft **out, size_t n_fft, size_t hop, const double *window, StftPrecision precision,
             StftPadding padding, Error *err);
void stft_free(Stft *s);

/* Transforms the frame centred at sample t hop of y [n]. */
void stft_frame(Stft *s, const float *y, size_t n, size_t t);

/* Bins first .. first + count - 1 (at most n_fft / 2) of the frame transformed last: re[i stride],
 * im[i stride] are those of bin first + i. */
void stft_bins(const Stft *s, size_t first, size_t count, float *re, float *im, size_t stride);

#endif
