/* onset_detect.c: librosa.onset.onset_detect and librosa.util.peak_pick (0.11) with their defaults.
 */
#include "features/mint35/onset_detect.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static const float delta = 0.07f;

/* seconds * rate // hop, as Python rounds it */
static size_t frames_in(double seconds, double rate, size_t hop) {
    const double samples = seconds * rate;
    return (size_t)round((samples - fmod(samples, (double)hop)) / (double)hop);
}

static float largest(const float *x, size_t first, size_t end) {
    float top = x[first];
    for (size_t i = first + 1; i < end; i++) top = x[i] > top ? x[i] : top;
    return top;
}

static double mean(const float *x, size_t first, size_t end) {
    float sum = 0;
    for (size_t i = first; i < end; i++) sum += x[i];
    return (double)sum / (double)(end - first);
}

int onset_detect(const float *envelope, size_t frames, double rate, size_t hop, bool *onset,
                 Error *err) {
    for (size_t i = 0; i < frames; i++) onset[i] = false;
    float low = envelope[0], top = 0;
    for (size_t i = 1; i < frames; i++) low = envelope[i] < low ? envelope[i] : low;
    for (size_t i = 0; i < frames; i++) top = fmaxf(top, envelope[i] - low);
    if (!(top > 0) || !isfinite(top)) return 0;
    float *x = malloc(frames * sizeof *x);
    if (!x) return error_set(err, "out of memory");
    for (size_t i = 0; i < frames; i++) x[i] = (envelope[i] - low) / (top + FLT_MIN);

    const size_t before = frames_in(0.03, rate, hop);
    const size_t around = frames_in(0.10, rate, hop);
    const size_t wait = frames_in(0.03, rate, hop);
    for (size_t n = 0; n < frames; n++) {
        const size_t first = n < around ? 0 : n - around;
        const size_t end = n + around + 1 < frames ? n + around + 1 : frames;
        if (x[n] != largest(x, n < before ? 0 : n - before, n + 1)) continue;
        if (!((double)x[n] >= mean(x, first, end) + (double)delta)) continue;
        onset[n] = true;
        n += wait;
    }
    free(x);
    return 0;
}
