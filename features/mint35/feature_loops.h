/* feature_loops.h: the loops in which the time of the spectra goes, for the vectors that the
 * processor has (lib/base/loops.h). */
#ifndef FEATURES_MINT35_FEATURE_LOOPS_H
#define FEATURES_MINT35_FEATURE_LOOPS_H

#include <complex.h>
#include <stddef.h>

#include "features/mint35/mel_spectrogram.h"
#include "lib/base/loops.h"

enum { STFT_PIECE = 64, CQ_BLOCK = 16 };

/* Of stft.c's transform: Z from a place on, Z from the mirrored place on, W from the place on. */
typedef struct {
    const double *z_re, *z_im, *mirrored_re, *mirrored_im, *cosine, *sine;
} StftPiece;

typedef struct {
    /* y = x window, in double; window NULL: all ones */
    void (*window)(const float *x, const double *window, double *y, size_t n);
    void (*window32)(const float *x, const double *window, float *y, size_t n);
    /* z [n, 2] into real and imaginary parts */
    void (*part)(const double *z, double *re, double *im, size_t n);
    void (*part32)(const float *z, double *re, double *im, size_t n);
    /* n <= STFT_PIECE bins */
    void (*untangle)(const StftPiece *p, size_t n, float *re, float *im);
    /* sum of w x, n a multiple of MEL_LANES */
    float (*mel_band)(const float *w, const float *x, size_t n);
    /* sum over k of c[k] times the spectra [n, CQ_BLOCK] of frames side by side */
    void (*filter)(const float complex *c, const float *re, const float *im, size_t n,
                   float sum_re[CQ_BLOCK], float sum_im[CQ_BLOCK]);
} FeatureLoops;

LOOPS_DECLARE(FeatureLoops, feature_loops);

/* Those to take: choices.h, lanes. */
const FeatureLoops *feature_loops_chosen(void);

#endif
