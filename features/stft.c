/* stft.c: librosa.stft (0.11) in float32 through FFTW. Plans are estimated, not measured, so that the same input always takes the same
 * path and gives the same bits. */
#include "stft.h"

#include <fftw3.h>
#include <stdlib.h>
#include <string.h>

struct Stft {
    size_t n_fft, hop;
    float *window; /* [n_fft], NULL: all ones */
    float *frame;  /* [n_fft] */
    fftwf_complex *spectrum; /* [n_fft / 2 + 1] */
    fftwf_plan plan;
};

int stft_new(Stft **out, size_t n_fft, size_t hop, const double *window, Error *err) {
    Stft *s = *out = calloc(1, sizeof *s);
    if (!s) return fail(err, "out of memory");
    s->n_fft = n_fft;
    s->hop = hop;
    s->frame = fftwf_alloc_real(n_fft);
    s->spectrum = fftwf_alloc_complex(n_fft / 2 + 1);
    s->window = window ? malloc(n_fft * sizeof *s->window) : NULL;
    if (s->frame && s->spectrum && (s->window || !window)) {
        for (size_t i = 0; window && i < n_fft; i++) s->window[i] = (float)window[i];
#pragma omp critical(fftw_planner)
        s->plan = fftwf_plan_dft_r2c_1d((int)n_fft, s->frame, s->spectrum, FFTW_ESTIMATE);
    }
    if (s->plan) return 0;
    stft_free(s);
    *out = NULL;
    return fail(err, "out of memory for a transform of %zu samples", n_fft);
}

void stft_free(Stft *s) {
    if (!s) return;
    if (s->plan) {
#pragma omp critical(fftw_planner)
        fftwf_destroy_plan(s->plan);
    }
    fftwf_free(s->frame);
    fftwf_free(s->spectrum);
    free(s->window);
    free(s);
}

const float complex *stft_frame(Stft *s, const float *y, size_t n, size_t t) {
    /* frame[i] = y[t hop - n_fft / 2 + i]: first..last-1 are the i that fall inside the signal */
    const size_t centre = t * s->hop, half = s->n_fft / 2;
    size_t first = centre < half ? half - centre : 0;
    size_t last = centre + half <= n ? s->n_fft : n + half > centre ? n + half - centre : 0;
    if (first > s->n_fft) first = s->n_fft;
    if (last < first) last = first;
    const float *x = y + (centre + first - half);
    memset(s->frame, 0, first * sizeof *s->frame);
    memset(s->frame + last, 0, (s->n_fft - last) * sizeof *s->frame);
    if (s->window)
        for (size_t i = first; i < last; i++) s->frame[i] = x[i - first] * s->window[i];
    else memcpy(s->frame + first, x, (last - first) * sizeof *s->frame);
    fftwf_execute(s->plan);
    return (const float complex *)s->spectrum;
}
