/* wavelet.c: librosa.filters.wavelet, librosa.util.sparsify_rows (0.11), as librosa.vqt puts them
 * together. */
#include "features/mint35/wavelet.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/hann.h"
#include "lib/base/numbers.h"

static const double dropped_share = 0.01;

void wavelet_relative_bandwidth(const double *f, size_t count, double *alpha) {
    for (size_t i = 0; i < count; i++) {
        const size_t a = i == 0 ? 0 : i - 1;
        const size_t b = i + 1 == count ? i : i + 1;
        const double per_octave = (double)(b - a) / (log2(f[b]) - log2(f[a]));
        const double r = pow(2, 2 / per_octave);
        alpha[i] = (r - 1) / (r + 1);
    }
}

/* One windowed exponential of unit sum of magnitudes, rounded to float32, times length / n_fft; the
 * rest of x [n_fft] is zero. */
static void wavelet(double complex *x, double *window, size_t n_fft, double frequency,
                    double length, double rate) {
    const double start = floor(-length / 2);
    const size_t n = (size_t)(floor(length / 2) - start);
    const size_t left = (n_fft - n) / 2;
    hann_periodic(window, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += fabs(window[i]);
    memset(x, 0, n_fft * sizeof *x);
    for (size_t i = 0; i < n; i++) {
        const double angle = (start + (double)i) * 2 * M_PI * frequency / rate;
        const double scale = length / (double)n_fft;
        const float re = (float)(cos(angle) * window[i] / sum);
        const float im = (float)(sin(angle) * window[i] / sum);
        x[left + i] = (double)(float)((double)re * scale) + (double)(float)((double)im * scale) * I;
    }
}

/* The magnitude below which coefficients go: the smallest ones that together make up less than 1 %
 * of the sum. */
static double magnitude_threshold(const double *magnitude, double *sorted, size_t bins) {
    double sum = 0, cumulative = 0;
    for (size_t k = 0; k < bins; k++) sum += magnitude[k];
    memcpy(sorted, magnitude, bins * sizeof *sorted);
    doubles_sort(sorted, bins);
    for (size_t k = 0; k < bins; k++) {
        cumulative += sorted[k] / sum;
        if (!(cumulative < dropped_share)) return sorted[k];
    }
    return sorted[0];
}

/* Appends the coefficients of spectrum [bins] that reach the threshold, and zeros for those between
 * them. */
static void keep_large(WaveletFilters *f, size_t i, size_t *used, const double complex *spectrum,
                       double *magnitude, double *sorted, size_t bins) {
    for (size_t k = 0; k < bins; k++) magnitude[k] = cabs(spectrum[k]);
    const double threshold = magnitude_threshold(magnitude, sorted, bins);
    size_t first = 0;
    size_t last = bins - 1;
    while (magnitude[first] < threshold) first++;
    while (magnitude[last] < threshold) last--;
    f->first[i] = first;
    f->width[i] = last - first + 1;
    for (size_t k = first; k <= last; k++) {
        float complex *c = &f->coefficients[(*used)++];
        *c = 0;
        if (magnitude[k] >= threshold) *c = (float complex)(spectrum[k]);
    }
}

int wavelet_filters_new(WaveletFilters *out, const double *frequencies, const double *alpha,
                        size_t count, double rate, Error *err) {
    double longest = 0;
    for (size_t i = 0; i < count; i++) longest = fmax(longest, rate / (alpha[i] * frequencies[i]));
    const size_t n_fft = (size_t)pow(2, ceil(log2(longest)));
    const size_t bins = n_fft / 2 + 1;
    *out = (WaveletFilters){.count = count,
                            .n_fft = n_fft,
                            .first = calloc(count, sizeof(size_t)),
                            .width = calloc(count, sizeof(size_t)),
                            .coefficients = calloc(count * bins, sizeof(float complex))};
    double complex *x = fftw_alloc_complex(n_fft);
    double *scratch = malloc((n_fft + 2 * bins) * sizeof *scratch);
    fftw_plan plan = NULL;
    if (out->first && out->width && out->coefficients && x && scratch) {
#pragma omp critical(fftw_planner)
        plan = fftw_plan_dft_1d((int)n_fft, x, x, FFTW_FORWARD, FFTW_ESTIMATE);
    }
    size_t used = 0;
    for (size_t i = 0; plan && i < count; i++) {
        wavelet(x, scratch, n_fft, frequencies[i], 1 / alpha[i] * rate / frequencies[i], rate);
        fftw_execute(plan);
        keep_large(out, i, &used, x, scratch + n_fft, scratch + n_fft + bins, bins);
    }
    const int done = plan != NULL;
    if (plan) {
#pragma omp critical(fftw_planner)
        fftw_destroy_plan(plan);
    }
    fftw_free(x);
    free(scratch);
    if (done) return 0;
    wavelet_filters_free(out);
    return error_set(err, "out of memory for constant-Q filters");
}

void wavelet_filters_free(WaveletFilters *f) {
    free(f->first);
    free(f->width);
    free(f->coefficients);
    *f = (WaveletFilters){0};
}
