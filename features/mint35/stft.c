/* stft.c: librosa.stft (0.11) through FFTW.
 *
 * N real samples are taken as N / 2 complex ones, z[i] = x[2i] + i x[2i + 1], and the spectrum X of
 * x is untangled from that of z: X[k] = E + W O with E = (Z[k] + Z*[M - k]) / 2, O = (Z[k] - Z*[M -
 * k]) / 2i, W = exp(-2 pi i k / N), M = N / 2. That is faster than FFTW's own real transform, and
 * only the bins asked for need untangling. Plans are estimated, not measured, so that the same
 * input always gives the same bits. */
#include "features/mint35/stft.h"

#include <fftw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "features/mint35/feature_loops.h"

struct Stft {
    const FeatureLoops *loops;
    size_t n_fft, hop;
    StftPadding padding;
    float *mirrored; /* [n_fft], for frames that go beyond the signal; NULL: zeros there */
    double *window; /* [n_fft], NULL: all ones */
    double *cosine, *sine; /* [n_fft / 2 + 1] of W */
    double *z_re, *z_im; /* [n_fft / 2 + 1] Z; the last repeats the first */
    double *frame, *z; /* [n_fft] each, for the transform in double precision */
    float *frame32, *z32; /* the same in single precision; only one pair is there */
    fftw_plan plan;
    fftwf_plan plan32;
};

static bool allocate(Stft *s, const double *window, StftPrecision precision) {
    const size_t bins = s->n_fft / 2 + 1;
    s->cosine = malloc(bins * sizeof *s->cosine);
    s->sine = malloc(bins * sizeof *s->sine);
    s->z_re = malloc(bins * sizeof *s->z_re);
    s->z_im = malloc(bins * sizeof *s->z_im);
    s->mirrored = s->padding == STFT_REFLECT ? malloc(s->n_fft * sizeof *s->mirrored) : NULL;
    s->window = window ? malloc(s->n_fft * sizeof *s->window) : NULL;
    if (precision == STFT_DOUBLE) {
        s->frame = fftw_alloc_real(s->n_fft);
        s->z = fftw_alloc_real(s->n_fft);
    } else {
        s->frame32 = fftwf_alloc_real(s->n_fft);
        s->z32 = fftwf_alloc_real(s->n_fft);
    }
    if (s->padding == STFT_REFLECT && !s->mirrored) return false;
    return s->cosine && s->sine && s->z_re && s->z_im && (s->window || !window) &&
           (s->frame || s->frame32) && (s->z || s->z32);
}

static int make_plan(Stft *s) {
    const int half = (int)(s->n_fft / 2);
#pragma omp critical(fftw_planner)
    {
        if (s->frame)
            s->plan = fftw_plan_dft_1d(half, (fftw_complex *)s->frame, (fftw_complex *)s->z,
                                       FFTW_FORWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
        else
            s->plan32 =
                fftwf_plan_dft_1d(half, (fftwf_complex *)s->frame32, (fftwf_complex *)s->z32,
                                  FFTW_FORWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    }
    return s->plan || s->plan32;
}

int stft_new(Stft **out, size_t n_fft, size_t hop, const double *window, StftPrecision precision,
             StftPadding padding, Error *err) {
    Stft *s = *out = calloc(1, sizeof *s);
    if (!s) return error_set(err, "out of memory");
    s->loops = feature_loops_chosen();
    s->n_fft = n_fft;
    s->hop = hop;
    s->padding = padding;
    if (!allocate(s, window, precision) || !make_plan(s)) {
        stft_free(s);
        *out = NULL;
        return error_set(err, "out of memory for a transform of %zu samples", n_fft);
    }
    if (window) memcpy(s->window, window, n_fft * sizeof *window);
    for (size_t k = 0; k <= n_fft / 2; k++) {
        s->cosine[k] = cos(2 * M_PI * (double)k / (double)n_fft);
        s->sine[k] = -sin(2 * M_PI * (double)k / (double)n_fft);
    }
    return 0;
}

void stft_free(Stft *s) {
    if (!s) return;
#pragma omp critical(fftw_planner)
    {
        if (s->plan) fftw_destroy_plan(s->plan);
        if (s->plan32) fftwf_destroy_plan(s->plan32);
    }
    fftw_free(s->frame);
    fftw_free(s->z);
    fftwf_free(s->frame32);
    fftwf_free(s->z32);
    free(s->mirrored);
    free(s->z_re);
    free(s->z_im);
    free(s->cosine);
    free(s->sine);
    free(s->window);
    free(s);
}

/* frame[i] for first <= i < last is x[i - first], under the window; all else is 0. */
static void transform_double(Stft *s, const float *x, size_t first, size_t last) {
    memset(s->frame, 0, first * sizeof *s->frame);
    memset(s->frame + last, 0, (s->n_fft - last) * sizeof *s->frame);
    s->loops->window(x, s->window ? s->window + first : NULL, s->frame + first, last - first);
    fftw_execute(s->plan);
    s->loops->part(s->z, s->z_re, s->z_im, s->n_fft / 2);
}

static void transform_single(Stft *s, const float *x, size_t first, size_t last) {
    memset(s->frame32, 0, first * sizeof *s->frame32);
    memset(s->frame32 + last, 0, (s->n_fft - last) * sizeof *s->frame32);
    s->loops->window32(x, s->window ? s->window + first : NULL, s->frame32 + first, last - first);
    fftwf_execute(s->plan32);
    s->loops->part32(s->z32, s->z_re, s->z_im, s->n_fft / 2);
}

/* The frame centred at a sample, where it goes beyond y. */
static void mirror(Stft *s, const float *y, size_t n, size_t centre) {
    const long period = n > 1 ? 2 * ((long)n - 1) : 1;
    const long begin = (long)centre - (long)(s->n_fft / 2);
    for (size_t i = 0; i < s->n_fft; i++) {
        long at = (begin + (long)i) % period;
        if (at < 0) at += period;
        s->mirrored[i] = y[at < (long)n ? at : period - at];
    }
}

void stft_frame(Stft *s, const float *y, size_t n, size_t t) {
    /* frame[i] = y[t hop - n_fft / 2 + i]: first .. last - 1 are the i that fall inside the signal
     */
    const size_t centre = t * s->hop;
    const size_t half = s->n_fft / 2;
    size_t first = centre < half ? half - centre : 0;
    size_t last = s->n_fft;
    if (centre + half > n) last = n + half > centre ? n + half - centre : 0;
    if (last < first) last = first;
    const float *x = last > first ? y + (centre + first - half) : y;
    if (s->mirrored && last - first < s->n_fft) {
        mirror(s, y, n, centre);
        x = s->mirrored;
        first = 0;
        last = s->n_fft;
    }
    if (s->frame)
        transform_double(s, x, first, last);
    else
        transform_single(s, x, first, last);
    s->z_re[half] = s->z_re[0];
    s->z_im[half] = s->z_im[0];
}

void stft_bins(const Stft *s, size_t first, size_t count, float *restrict re, float *restrict im,
               size_t stride) {
    for (size_t start = 0; start < count; start += STFT_PIECE) {
        const size_t n = count - start < STFT_PIECE ? count - start : STFT_PIECE;
        const size_t k = first + start;
        const size_t mirrored = s->n_fft / 2 - k - (n - 1);
        float bin_re[STFT_PIECE], bin_im[STFT_PIECE];
        s->loops->untangle(&(StftPiece){.z_re = s->z_re + k,
                                        .z_im = s->z_im + k,
                                        .mirrored_re = s->z_re + mirrored,
                                        .mirrored_im = s->z_im + mirrored,
                                        .cosine = s->cosine + k,
                                        .sine = s->sine + k},
                           n, bin_re, bin_im);
        if (stride == 1) {
            memcpy(re + start, bin_re, n * sizeof *re);
            memcpy(im + start, bin_im, n * sizeof *im);
            continue;
        }
        for (size_t i = 0; i < n; i++) re[(start + i) * stride] = bin_re[i];
        for (size_t i = 0; i < n; i++) im[(start + i) * stride] = bin_im[i];
    }
}
