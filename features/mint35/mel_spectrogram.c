/* mel_spectrogram.c: librosa.filters.mel, librosa.feature.melspectrogram and librosa.power_to_db
 * with their defaults (0.11). */
#include "features/mint35/mel_spectrogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/feature_loops.h"

/* Slaney's scale: linear below 1000 Hz, logarithmic above. */
static const double hz_per_mel = 200.0 / 3, log_from_hz = 1000, log_from_mel = 15;

static double log_step(void) { return log(6.4) / 27; }

static double hz_to_mel(double hz) {
    return hz < log_from_hz ? hz / hz_per_mel : log_from_mel + log(hz / log_from_hz) / log_step();
}

static double mel_to_hz(double mel) {
    return mel < log_from_mel ? mel * hz_per_mel
                              : log_from_hz * exp(log_step() * (mel - log_from_mel));
}

int mel_filters_new(MelFilters *out, double rate, double bottom, double top, size_t n_fft,
                    size_t bands, Error *err) {
    const size_t bins = n_fft / 2 + 1;
    double *edges = malloc(
        (bands + 2) * sizeof *edges); /* band b rises from edge b to b + 1 and falls to b + 2 */
    /* a bin lies under at most two triangles */
    const size_t most = 2 * bins + bands * MEL_LANES;
    *out = (MelFilters){bands, bins, calloc(bands, sizeof(size_t)), calloc(bands, sizeof(size_t)),
                        calloc(most, sizeof(float))};
    if (!edges || !out->first || !out->count || !out->weights) {
        free(edges);
        mel_filters_free(out);
        return error_set(err, "out of memory");
    }
    const double from = hz_to_mel(bottom), span = hz_to_mel(top) - from;
    for (size_t i = 0; i < bands + 2; i++)
        edges[i] = mel_to_hz(from + span * (double)i / (double)(bands + 1));
    float *w = out->weights;
    for (size_t b = 0; b < bands; b++) {
        const double area = 2 / (edges[b + 2] - edges[b]);
        for (size_t k = (size_t)(edges[b] * (double)n_fft / rate); k < bins; k++) {
            const double hz = (double)k * rate / (double)n_fft;
            const double rise = (hz - edges[b]) / (edges[b + 1] - edges[b]);
            const double fall = (edges[b + 2] - hz) / (edges[b + 2] - edges[b + 1]);
            const double v = fmin(rise, fall);
            if (fall <= 0) break;
            if (v <= 0) continue;
            if (out->count[b] == 0) out->first[b] = k;
            w[out->count[b]++] = (float)((double)(float)v * area);
        }
        out->count[b] = (out->count[b] + MEL_LANES - 1) / MEL_LANES * MEL_LANES;
        w += out->count[b];
    }
    free(edges);
    return 0;
}

void mel_filters_free(MelFilters *f) {
    free(f->first);
    free(f->count);
    free(f->weights);
    *f = (MelFilters){0};
}

void mel_frame(const MelFilters *f, const float *power, float *mel) {
    const FeatureLoops *loops = feature_loops_chosen();
    const float *w = f->weights;
    for (size_t b = 0; b < f->bands; b++) {
        mel[b] = loops->mel_band(w, power + f->first[b], f->count[b]);
        w += f->count[b];
    }
}

void mel_power_to_db(float *power, size_t count) {
    float top = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        power[i] = 10 * log10f(power[i] > 1e-10f ? power[i] : 1e-10f);
        top = power[i] > top ? power[i] : top;
    }
    const float least = top - 80;
    for (size_t i = 0; i < count; i++) power[i] = power[i] > least ? power[i] : least;
}
