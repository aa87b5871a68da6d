/* wavelet.h: the filters of a constant-Q transform, in the frequency domain
 * (librosa.filters.wavelet, sparsified). */
#ifndef FEATURES_MINT35_WAVELET_H
#define FEATURES_MINT35_WAVELET_H

#include <complex.h>
#include <stddef.h>

#include "lib/base/error.h"

/* `count` filters over spectra of n_fft samples. Filter i has `width[i]` coefficients from bin
 * `first[i]` on, one filter after the other. */
typedef struct {
    size_t count, n_fft;
    size_t *first, *width;
    float complex *coefficients;
} WaveletFilters;

/* alpha[i] of frequencies[count >= 2] (Hz, ascending): relative bandwidth from the neighbours'
 * distance in octaves (librosa.filters._relative_bandwidth). A filter's length in samples is rate /
 * (alpha f). */
void wavelet_relative_bandwidth(const double *frequencies, size_t count, double *alpha);

/* Complex exponentials under a periodic Hann window, scaled to unit sum, centred in n_fft (the
 * power of two that holds the longest), their spectra times length / n_fft, without the smallest
 * coefficients that make up 1 % of a filter's sum of magnitudes. */
int wavelet_filters_new(WaveletFilters *out, const double *frequencies, const double *alpha,
                        size_t count, double rate, Error *err);
void wavelet_filters_free(WaveletFilters *f);

#endif
