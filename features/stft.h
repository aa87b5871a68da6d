/* stft.h: short-time Fourier transform, one frame at a time (librosa.stft, center=True, pad_mode="constant"). */
#ifndef FEATURES_STFT_H
#define FEATURES_STFT_H

#include <complex.h>
#include <stddef.h>

#include "lib/error.h"

typedef struct Stft Stft;

/* n_fft even; window [n_fft] is copied, NULL means all ones. Not shared between threads; each thread makes its own. */
int stft_new(Stft **out, size_t n_fft, size_t hop, const double *window, Error *err);
void stft_free(Stft *s);

/* Spectrum [n_fft / 2 + 1] of the frame centred at sample t hop of y [n]; y counts as zero outside 0 .. n-1. The result lives in s until
 * the next call. */
const float complex *stft_frame(Stft *s, const float *y, size_t n, size_t t);

#endif
