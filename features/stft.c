/* stft.c: librosa.stft (0.11) in float32 through FFTW.
 *
 * N real samples are taken as N / 2 complex ones, z[i] = x[2i] + i x[2i + 1], and the spectrum X of x is untangled from that of z:
 * X[k] = E + W O with E = (Z[k] + Z*[M - k]) / 2, O = (Z[k] - Z*[M - k]) / 2i, W = exp(-2 pi i k / N), M = N / 2. That is faster than FFTW's own real
 * transform, and only the bins asked for need untangling. Plans are estimated, not measured, so that the same input always gives the same bits. */
#include "stft.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct Stft {
    size_t n_fft, hop;
    float *window;  /* [n_fft], NULL: all ones */
    float *frame;   /* [n_fft] */
    float *z;       /* [n_fft / 2] interleaved */
    float *z_re, *z_im; /* [n_fft / 2 + 1]; the last repeats the first */
    float *cosine, *sine; /* [n_fft / 2 + 1] of W */
    fftwf_plan plan;
};

static int allocate(Stft *s, const double *window) {
    const size_t half = s->n_fft / 2;
    s->frame = fftwf_alloc_real(s->n_fft);
    s->z = fftwf_alloc_real(s->n_fft);
    s->z_re = malloc((half + 1) * sizeof *s->z_re);
    s->z_im = malloc((half + 1) * sizeof *s->z_im);
    s->cosine = malloc((half + 1) * sizeof *s->cosine);
    s->sine = malloc((half + 1) * sizeof *s->sine);
    s->window = window ? malloc(s->n_fft * sizeof *s->window) : NULL;
    return s->frame && s->z && s->z_re && s->z_im && s->cosine && s->sine && (s->window || !window);
}

int stft_new(Stft **out, size_t n_fft, size_t hop, const double *window, Error *err) {
    Stft *s = *out = calloc(1, sizeof *s);
    if (!s) return fail(err, "out of memory");
    s->n_fft = n_fft;
    s->hop = hop;
    if (allocate(s, window)) {
        for (size_t i = 0; window && i < n_fft; i++) s->window[i] = (float)window[i];
        for (size_t k = 0; k <= n_fft / 2; k++) {
            s->cosine[k] = (float)cos(2 * M_PI * (double)k / (double)n_fft);
            s->sine[k] = (float)-sin(2 * M_PI * (double)k / (double)n_fft);
        }
#pragma omp critical(fftw_planner)
        s->plan = fftwf_plan_dft_1d((int)(n_fft / 2), (fftwf_complex *)s->frame, (fftwf_complex *)s->z, FFTW_FORWARD,
                                    FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
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
    fftwf_free(s->z);
    free(s->z_re);
    free(s->z_im);
    free(s->cosine);
    free(s->sine);
    free(s->window);
    free(s);
}

void stft_frame(Stft *s, const float *y, size_t n, size_t t) {
    /* frame[i] = y[t hop - n_fft / 2 + i]: first .. last - 1 are the i that fall inside the signal */
    const size_t centre = t * s->hop, half = s->n_fft / 2;
    size_t first = centre < half ? half - centre : 0;
    size_t last = centre + half <= n ? s->n_fft : n + half > centre ? n + half - centre : 0;
    if (last < first) last = first;
    const float *x = y + (centre + first - half);
    memset(s->frame, 0, first * sizeof *s->frame);
    memset(s->frame + last, 0, (s->n_fft - last) * sizeof *s->frame);
    if (s->window)
        for (size_t i = first; i < last; i++) s->frame[i] = x[i - first] * s->window[i];
    else if (last > first) memcpy(s->frame + first, x, (last - first) * sizeof *s->frame);
    fftwf_execute(s->plan);
    for (size_t k = 0; k < half; k++) {
        s->z_re[k] = s->z[2 * k];
        s->z_im[k] = s->z[2 * k + 1];
    }
    s->z_re[half] = s->z_re[0];
    s->z_im[half] = s->z_im[0];
}

void stft_bins(const Stft *s, size_t first, size_t count, float *restrict re, float *restrict im, size_t stride) {
    enum { PIECE = 64 };
    for (size_t start = 0; start < count; start += PIECE) {
        const size_t n = count - start < PIECE ? count - start : PIECE, k = first + start;
        const float *a = s->z_re + k, *b = s->z_im + k, *c = s->cosine + k, *d = s->sine + k;
        const float *mirror_re = s->z_re + (s->n_fft / 2 - k), *mirror_im = s->z_im + (s->n_fft / 2 - k);
        float bin_re[PIECE], bin_im[PIECE];
        for (size_t i = 0; i < n; i++) {
            const float p = *(mirror_re - i), q = *(mirror_im - i), even_re = a[i] + p, even_im = b[i] - q, odd_re = b[i] + q, odd_im = p - a[i];
            bin_re[i] = 0.5f * (even_re + (c[i] * odd_re - d[i] * odd_im));
            bin_im[i] = 0.5f * (even_im + (c[i] * odd_im + d[i] * odd_re));
        }
        for (size_t i = 0; i < n; i++) re[(start + i) * stride] = bin_re[i];
        for (size_t i = 0; i < n; i++) im[(start + i) * stride] = bin_im[i];
    }
}
