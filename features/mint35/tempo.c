/* tempo.c: librosa.feature.tempogram and librosa.feature.tempo (0.11) with their defaults.
 *
 * Autocorrelation is the inverse transform of the power spectrum, and linear: the frames' power
 * spectra, each over its autocorrelation at lag 0 (the largest there is), are added up and
 * transformed back once. Two real frames a, b make one complex z = a + ib, and |A[k]|^2 + |B[k]|^2
 * = (|Z[k]|^2 + |Z[-k]|^2) / 2. */
#include "features/mint35/tempo.h"

#include <fftw3.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/hann.h"

typedef struct {
    size_t lags, size; /* size = 2 lags: zero-padded, so that no lag wraps around */
    double *padded, *window, *power; /* [frames + lags], [lags], [size] */
    fftw_complex *pair, *spectrum; /* [size] */
    fftw_plan plan;
} TempoWork;

static void work_free(TempoWork *w) {
    if (w->plan) {
#pragma omp critical(fftw_planner)
        fftw_destroy_plan(w->plan);
    }
    fftw_free(w->pair);
    fftw_free(w->spectrum);
    free(w->padded);
    free(w->window);
    free(w->power);
}

static int work_new(TempoWork *w, size_t frames, size_t lags, Error *err) {
    const size_t size = 2 * lags;
    *w = (TempoWork){.lags = lags,
                     .size = size,
                     .padded = calloc(frames + lags, sizeof(double)),
                     .window = malloc(lags * sizeof(double)),
                     .power = calloc(size, sizeof(double)),
                     .pair = fftw_alloc_complex(size),
                     .spectrum = fftw_alloc_complex(size)};
    if (w->padded && w->window && w->power && w->pair && w->spectrum) {
#pragma omp critical(fftw_planner)
        w->plan = fftw_plan_dft_1d((int)size, w->pair, w->spectrum, FFTW_FORWARD,
                                   FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    }
    if (w->plan) {
        memset(w->pair, 0, size * sizeof *w->pair);
        return 0;
    }
    work_free(w);
    return error_set(err, "out of memory for a tempogram of %zu frames", frames);
}

/* Windowed frame t, over the square root of its energy, into real (part 0) or imaginary parts (1)
 * of the pair. Zeros stay zeros. */
static void place(TempoWork *w, size_t t, size_t part) {
    const double *x = w->padded + t;
    double energy = 0;
    for (size_t i = 0; i < w->lags; i++) {
        const double v = x[i] * w->window[i];
        w->pair[i][part] = v;
        energy += v * v;
    }
    if (energy < DBL_MIN) energy = 1;
    const double scale = 1 / sqrt(energy);
    for (size_t i = 0; i < w->lags; i++) w->pair[i][part] *= scale;
}

static void add_power(TempoWork *w) {
    fftw_execute(w->plan);
    for (size_t k = 0; k < w->size; k++) {
        const double re = w->spectrum[k][0];
        const double im = w->spectrum[k][1];
        w->power[k] += re * re + im * im;
    }
}

int tempo_mean_tempogram(const float *envelope, size_t frames, size_t lags, double *mean,
                         Error *err) {
    TempoWork w;
    if (work_new(&w, frames, lags, err)) return -1;
    const size_t half = lags / 2;
    for (size_t i = 0; i < half; i++) { /* linear ramps from and to 0 */
        w.padded[i] = (float)((double)i * ((double)envelope[0] / (double)half));
        w.padded[2 * half + frames - 1 - i] =
            (float)((double)i * ((double)envelope[frames - 1] / (double)half));
    }
    for (size_t t = 0; t < frames; t++) w.padded[half + t] = envelope[t];
    hann_periodic(w.window, lags);

    for (size_t t = 0; t + 1 < frames; t += 2) {
        place(&w, t, 0);
        place(&w, t + 1, 1);
        add_power(&w);
    }
    if (frames % 2) {
        place(&w, frames - 1, 0);
        for (size_t i = 0; i < lags; i++) w.pair[i][1] = 0;
        add_power(&w);
    }
    /* back to lags: the sum over k of power[k] cos(2 pi k lag / size) / size, real because the
     * symmetric part alone counts */
    for (size_t k = 0; k < w.size; k++) {
        w.pair[k][0] = w.power[k];
        w.pair[k][1] = 0;
    }
    fftw_execute(w.plan);
    for (size_t i = 0; i < lags; i++) mean[i] = w.spectrum[i][0] / (double)w.size / (double)frames;
    work_free(&w);
    return 0;
}

size_t tempo_lags(double rate, size_t hop) {
    const double seconds = 8;
    return (size_t)(seconds * rate) / hop;
}

double tempo_of_tempogram(const double *mean, size_t lags, double rate, size_t hop,
                          double start_bpm) {
    const double max_bpm = 320;
    double best = -INFINITY;
    double bpm = 0;
    for (size_t lag = 1; lag < lags; lag++) {
        const double candidate = 60 * rate / ((double)hop * (double)lag);
        const double octaves = log2(candidate) - log2(start_bpm);
        const double score = log1p(1e6 * mean[lag]) - 0.5 * octaves * octaves;
        if (candidate < max_bpm && score > best) {
            best = score;
            bpm = candidate;
        }
    }
    return bpm;
}
