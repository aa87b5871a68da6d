#include "features/encoders/jukebox_windows.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

JukeboxWindows jukebox_windows(size_t frames, size_t length, size_t overlap) {
    if (length >= frames) return (JukeboxWindows){frames > 0, frames, frames, frames};
    const size_t step = length - overlap;
    return (JukeboxWindows){1 + (frames - length + step - 1) / step, length, step, frames};
}

size_t jukebox_window_first(const JukeboxWindows *w, size_t i) {
    return i + 1 < w->count ? i * w->step : w->frames - w->length;
}

size_t jukebox_window_known(const JukeboxWindows *w, size_t i) {
    if (i == 0) return 0;
    return jukebox_window_first(w, i - 1) + w->length - jukebox_window_first(w, i);
}

/* Row j, column t: (1 + the sum over kept bins k of c[k] cos(2 pi k (j / out - t / in))) / in, c
 * being 2 but for the middle bin of the shorter length: there scipy makes 2 of the 1 that a real
 * inverse transform has, and 1 of the 2. */
float *jukebox_fft_matrix(size_t in, size_t out) {
    const size_t shorter = in < out ? in : out;
    const double turn = 2 * acos(-1);
    float *m = calloc(in * out, sizeof *m);
    if (!m) return NULL;
#pragma omp parallel for
    for (size_t j = 0; j < out; j++)
        for (size_t t = 0; t < in; t++) {
            const double angle = turn * ((double)j / (double)out - (double)t / (double)in);
            double sum = 1;
            for (size_t k = 1; k <= shorter / 2; k++) {
                const bool middle = 2 * k == shorter;
                const double c = middle && out >= in ? 1 : 2;
                sum += c * cos((double)k * angle);
            }
            m[j * in + t] = (float)(sum / (double)in);
        }
    return m;
}
