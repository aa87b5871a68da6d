/* tuning.c: librosa.piptrack, librosa.tuning_estimate and librosa.pitch_tuning (0.11, 0.8) with
 * their defaults. Single and double precision are used where NumPy and numba use them: a peak on
 * the border of a histogram bin must fall to the same side. */
#include "features/mint35/tuning.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 100 }; /* histogram bins of 0.01 */

static int reserve(Peaks *p, Error *err) {
    if (p->count < p->capacity) return 0;
    const size_t capacity = p->capacity ? 2 * p->capacity : 4096;
    float *pitch = realloc(p->pitch, capacity * sizeof *pitch);
    if (pitch) p->pitch = pitch;
    float *magnitude = realloc(p->magnitude, capacity * sizeof *magnitude);
    if (magnitude) p->magnitude = magnitude;
    if (!pitch || !magnitude) return error_set(err, "out of memory for spectral peaks");
    p->capacity = capacity;
    return 0;
}

/* In lanes, because compilers keep the order of a plain loop. */
static float largest(const float *x, size_t n) {
    enum { LANES = 16 };
    float lane[LANES] = {0}, top = 0;
    size_t k = 0;
    for (; k + LANES <= n; k += LANES)
        for (size_t j = 0; j < LANES; j++) lane[j] = x[k + j] > lane[j] ? x[k + j] : lane[j];
    for (; k < n; k++) top = x[k] > top ? x[k] : top;
    for (size_t j = 0; j < LANES; j++) top = lane[j] > top ? lane[j] : top;
    return top;
}

/* Distance from bin k of the vertex of the parabola through it and its neighbours. Where it is more
 * than one bin, 0.11 takes 0. */
static float vertex(const float *s, size_t k, LibrosaVersion version) {
    if (version == LIBROSA_0_8) {
        const float slope = 0.5f * (s[k + 1] - s[k - 1]);
        const float curvature = 2 * s[k] - s[k + 1] - s[k - 1];
        return slope / (fabsf(curvature) < FLT_MIN ? curvature + 1 : curvature);
    }
    const double a = (double)(s[k + 1] + s[k - 1]) - 2.0 * (double)s[k];
    const double b = (double)(s[k + 1] - s[k - 1]) / 2;
    return fabs(b) >= fabs(a) ? 0 : (float)(-b / a);
}

int peaks_add(Peaks *p, const float *s, size_t n_fft, double rate, LibrosaVersion version,
              Error *err) {
    const double min_hz = 150;
    const double max_hz = fmin(4000, rate / 2);
    const size_t bins = n_fft / 2 + 1;
    const float least = 0.1f * largest(s, bins);
    size_t k = (size_t)ceil(min_hz * (double)n_fft / rate);
    size_t end = (size_t)ceil(max_hz * (double)n_fft / rate);
    if (k == 0) k = 1;
    if (end > bins - 1) end = bins - 1;
    for (; k < end; k++) {
        if (!(s[k] > least)) continue;
        const float before = s[k - 1] > least ? s[k - 1] : 0;
        const float after = s[k + 1] > least ? s[k + 1] : 0;
        if (!(s[k] > before && s[k] >= after)) continue;
        const float shift = vertex(s, k, version);
        const float slope = (s[k + 1] - s[k - 1]) / 2;
        if (reserve(p, err)) return -1;
        p->pitch[p->count] = (float)(((double)k + (double)shift) * rate / (double)n_fft);
        p->magnitude[p->count++] = s[k] + 0.5f * slope * shift;
    }
    return 0;
}

void peaks_free(Peaks *p) {
    free(p->pitch);
    free(p->magnitude);
    *p = (Peaks){0};
}

/* Quickselect: x[k] becomes the k-th smallest, nothing larger before it, nothing smaller after it.
 */
static float select_nth(float *x, size_t n, size_t k) {
    size_t low = 0;
    size_t high = n - 1;
    while (low < high) {
        const float pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i >= j) break;
            const float swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        /* everything up to j is at most the pivot, everything from j + 1 on at least */
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[k];
}

static int median(const float *x, size_t n, float *out, Error *err) {
    float *copy = malloc(n * sizeof *copy);
    if (!copy) return error_set(err, "out of memory");
    memcpy(copy, x, n * sizeof *copy);
    float value = select_nth(copy, n, n / 2);
    if (n % 2 == 0) {
        float below = copy[0];
        for (size_t i = 1; i < n / 2; i++) below = copy[i] > below ? copy[i] : below;
        value = (below + value) / 2;
    }
    *out = value;
    free(copy);
    return 0;
}

int tuning_estimate(Peaks *p, size_t bins_per_octave, double *tuning, Error *err) {
    *tuning = 0;
    if (p->count == 0) return 0;
    float threshold = 0;
    if (median(p->magnitude, p->count, &threshold, err)) return -1;
    double edges[STEPS + 1]; /* as numpy.linspace(-0.5, 0.5, 101) rounds them */
    for (size_t i = 0; i <= STEPS; i++) edges[i] = (double)i * (1.0 / (double)STEPS) - 0.5;
    edges[STEPS] = 0.5;
    size_t counts[STEPS] = {0};
    for (size_t i = 0; i < p->count; i++) {
        if (!(p->magnitude[i] >= threshold)) continue;
        const float position =
            (float)bins_per_octave * log2f(p->pitch[i] / 27.5f); /* 27.5 Hz: A0 */
        float residual = position - floorf(position);
        if (residual >= 0.5f) residual -= 1;
        long bin = (long)floor(((double)residual + 0.5) * (double)STEPS);
        if (bin < 0) bin = 0;
        if (bin >= STEPS) bin = STEPS - 1;
        while (bin > 0 && (double)residual < edges[bin]) bin--;
        while (bin + 1 < STEPS && (double)residual >= edges[bin + 1]) bin++;
        counts[bin]++;
    }
    size_t best = 0;
    for (size_t i = 1; i < STEPS; i++)
        if (counts[i] > counts[best]) best = i;
    *tuning = edges[best];
    return 0;
}
