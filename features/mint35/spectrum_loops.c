#include "features/mint35/feature_loops.h"

static void window(const float *restrict x, const double *restrict under, double *restrict y,
                   size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = under ? (double)x[i] * under[i] : (double)x[i];
}

static void window32(const float *restrict x, const double *restrict under, float *restrict y,
                     size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = under ? (float)((double)x[i] * under[i]) : x[i];
}

static void part(const double *restrict z, double *restrict re, double *restrict im, size_t n) {
    for (size_t k = 0; k < n; k++) {
        re[k] = z[2 * k];
        im[k] = z[2 * k + 1];
    }
}

static void part32(const float *restrict z, double *restrict re, double *restrict im, size_t n) {
    for (size_t k = 0; k < n; k++) {
        re[k] = (double)z[2 * k];
        im[k] = (double)z[2 * k + 1];
    }
}

/* p, q: Z[M - k], turned round apart from the arithmetic, which can then be done in vectors. */
static void untangle(const StftPiece *piece, size_t n, float *restrict re, float *restrict im) {
    const double *a = piece->z_re, *b = piece->z_im, *c = piece->cosine, *d = piece->sine;
    double p[STFT_PIECE], q[STFT_PIECE];
    for (size_t i = 0; i < n; i++) p[i] = piece->mirrored_re[n - 1 - i];
    for (size_t i = 0; i < n; i++) q[i] = piece->mirrored_im[n - 1 - i];
    for (size_t i = 0; i < n; i++) {
        const double even_re = a[i] + p[i];
        const double even_im = b[i] - q[i];
        const double odd_re = b[i] + q[i];
        const double odd_im = p[i] - a[i];
        re[i] = (float)(0.5 * (even_re + (c[i] * odd_re - d[i] * odd_im)));
        im[i] = (float)(0.5 * (even_im + (c[i] * odd_im + d[i] * odd_re)));
    }
}

static float mel_band(const float *restrict w, const float *restrict x, size_t n) {
    float lane[MEL_LANES] = {0};
    for (size_t i = 0; i < n; i += MEL_LANES)
        for (size_t j = 0; j < MEL_LANES; j++) lane[j] += w[i + j] * x[i + j];
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

static void filter(const float complex *restrict c, const float *restrict re,
                   const float *restrict im, size_t n, float sum_re[CQ_BLOCK],
                   float sum_im[CQ_BLOCK]) {
    float to_re[CQ_BLOCK] = {0}, to_im[CQ_BLOCK] = {0};
    for (size_t k = 0; k < n; k++) {
        const float a = crealf(c[k]);
        const float b = cimagf(c[k]);
        for (size_t j = 0; j < CQ_BLOCK; j++) {
            to_re[j] += a * re[k * CQ_BLOCK + j] - b * im[k * CQ_BLOCK + j];
            to_im[j] += a * im[k * CQ_BLOCK + j] + b * re[k * CQ_BLOCK + j];
        }
    }
    for (size_t j = 0; j < CQ_BLOCK; j++) {
        sum_re[j] = to_re[j];
        sum_im[j] = to_im[j];
    }
}

const FeatureLoops LOOPS_TABLE(feature_loops) = {
    .window = window,
    .window32 = window32,
    .part = part,
    .part32 = part32,
    .untangle = untangle,
    .mel_band = mel_band,
    .filter = filter,
};
