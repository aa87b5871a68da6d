/* tempo.c: librosa.feature.tempogram and librosa.feature.tempo (0.11) with their defaults.
 *
 * Autocorrelation is the inverse transform of the power spectrum, and linear: the frames' power spectra, each over its autocorrelation at
 * lag 0 (the largest there is), are added up and transformed back once. */
#include "tempo.h"

#include <float.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "window.h"

typedef struct {
    double *padded, *window, *power; /* [frames + lags], [lags], [lags + 1] */
    double *frame;                   /* [2 lags]: zero-padded, so that no lag wraps around */
    fftw_complex *spectrum;          /* [lags + 1] */
    fftw_plan forward, backward;
} Work;

static void work_free(Work *w) {
#pragma omp critical(fftw_planner)
    {
        if (w->forward) fftw_destroy_plan(w->forward);
        if (w->backward) fftw_destroy_plan(w->backward);
    }
    fftw_free(w->frame);
    fftw_free(w->spectrum);
    free(w->padded);
    free(w->window);
    free(w->power);
}

static int work_new(Work *w, size_t frames, size_t lags, Error *err) {
    *w = (Work){.padded = malloc((frames + lags) * sizeof(double)), .window = malloc(lags * sizeof(double)),
                .power = calloc(lags + 1, sizeof(double)), .frame = fftw_alloc_real(2 * lags), .spectrum = fftw_alloc_complex(lags + 1)};
    if (w->padded && w->window && w->power && w->frame && w->spectrum) {
#pragma omp critical(fftw_planner)
        {
            w->forward = fftw_plan_dft_r2c_1d((int)(2 * lags), w->frame, w->spectrum, FFTW_ESTIMATE);
            w->backward = fftw_plan_dft_c2r_1d((int)(2 * lags), w->spectrum, w->frame, FFTW_ESTIMATE);
        }
    }
    if (w->forward && w->backward) return 0;
    work_free(w);
    return fail(err, "out of memory for a tempogram of %zu frames", frames);
}

int mean_tempogram(const float *envelope, size_t frames, size_t lags, double *mean, Error *err) {
    Work w;
    if (work_new(&w, frames, lags, err)) return -1;
    const size_t half = lags / 2;
    for (size_t i = 0; i < half; i++) {
        w.padded[i] = (float)((double)i * ((double)envelope[0] / (double)half));
        w.padded[lags + frames - 1 - i] = (float)((double)i * ((double)envelope[frames - 1] / (double)half));
    }
    for (size_t t = 0; t < frames; t++) w.padded[half + t] = envelope[t];
    hann_periodic(w.window, lags);

    for (size_t t = 0; t < frames; t++) {
        double energy = 0;
        for (size_t i = 0; i < lags; i++) {
            const double v = w.padded[t + i] * w.window[i];
            w.frame[i] = v;
            energy += v * v;
        }
        if (energy < DBL_MIN) continue;
        memset(w.frame + lags, 0, lags * sizeof *w.frame);
        fftw_execute(w.forward);
        for (size_t k = 0; k <= lags; k++) {
            const double re = w.spectrum[k][0], im = w.spectrum[k][1];
            w.power[k] += (re * re + im * im) / energy;
        }
    }
    for (size_t k = 0; k <= lags; k++) {
        w.spectrum[k][0] = w.power[k];
        w.spectrum[k][1] = 0;
    }
    fftw_execute(w.backward);
    for (size_t i = 0; i < lags; i++) mean[i] = w.frame[i] / (double)(2 * lags) / (double)frames;
    work_free(&w);
    return 0;
}

int estimate_tempo(const float *envelope, size_t frames, double rate, size_t hop, double start_bpm, double *bpm, Error *err) {
    const double seconds = 8, max_bpm = 320;
    const size_t lags = (size_t)(seconds * rate) / hop;
    double *mean = malloc(lags * sizeof *mean);
    if (!mean) return fail(err, "out of memory");
    if (mean_tempogram(envelope, frames, lags, mean, err)) {
        free(mean);
        return -1;
    }
    double best = -INFINITY;
    *bpm = 0;
    for (size_t lag = 1; lag < lags; lag++) {
        const double candidate = 60 * rate / ((double)hop * (double)lag), octaves = log2(candidate) - log2(start_bpm);
        const double score = log1p(1e6 * mean[lag]) - 0.5 * octaves * octaves;
        if (candidate < max_bpm && score > best) {
            best = score;
            *bpm = candidate;
        }
    }
    free(mean);
    return 0;
}
