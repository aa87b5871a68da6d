/* frame_rate.h: frames of an encoder at the rate of dances.
 *
 * Source frame i stands at (i + offset) / rate seconds, output frame k at k / fps.
 *   tent    weights max(0, 1 - |i - u| / w) around u = k rate / fps - offset, w = max(1, rate/fps),
 *           made to sum up to 1: linear interpolation upwards, a low pass downwards; ends are held
 *   linear  T frames stretched over the N of the output, as torch's interpolate(align_corners =
 *           False) does; does not know of the offset
 *   fft     scipy.signal.resample: the song is taken as periodic; N = ceil(T fps / rate)
 *   native  the frames themselves */
#ifndef FEATURES_ENCODERS_FRAME_RATE_H
#define FEATURES_ENCODERS_FRAME_RATE_H

#include <stddef.h>

#include "lib/base/error.h"

typedef enum { FRAMES_TENT, FRAMES_LINEAR, FRAMES_FFT, FRAMES_NATIVE } FrameRule;

/* "tent", "linear", "fft", ended by NULL: what users choose from. */
extern const char *const frame_rules[];

typedef struct {
    FrameRule rule;
    size_t in, out, columns; /* frames that come, frames that are made */
    double rate, offset, fps;
    float *result; /* [out, columns], owned */
    float *all; /* fft: [in, columns], owned */
} FrameRate;

/* For `in` frames of a song of so many seconds. result is zero; frame_rate_free releases it. */
int frame_rate_begin(FrameRate *r, FrameRule rule, size_t in, size_t columns, double rate,
                     double offset, double fps, double seconds, Error *err);
/* Source frames `first` .. first + rows - 1, in order. */
void frame_rate_add(FrameRate *r, size_t first, const float *x, size_t rows);
/* When all have come. */
int frame_rate_end(FrameRate *r, Error *err);
void frame_rate_free(FrameRate *r);

#endif
