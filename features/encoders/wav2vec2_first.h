/* wav2vec2_first.h: the convolution over the samples themselves, for the vectors that the processor
 * has (lib/base/loops.h). Its ten products a number are too few for a matrix product. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_FIRST_H
#define FEATURES_ENCODERS_WAV2VEC2_FIRST_H

#include <stddef.h>

#include "lib/base/loops.h"

typedef struct {
    const float *taps, *shift; /* [kernel, n], [n] */
    size_t kernel, stride, n;
} FirstConv;

typedef struct {
    /* y [rows, n], y[t] = shift + sum over j of taps[j] x[t stride + j] */
    void (*convolve)(const FirstConv *f, const float *x, size_t rows, float *y);
} FirstConvLoops;

LOOPS_DECLARE(FirstConvLoops, first_conv_loops);

#endif
