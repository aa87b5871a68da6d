/* beats.h: kinematic beats and how they meet the music's (BeatAlign).
 *
 * A kinematic beat is a local minimum of the body's speed. Two definitions are in use, at 60 frames
 * a second:
 *
 *   fact      AI Choreographer, Li et al. 2021 (liruilong940607/mint d40065a,
 *             tools/calculate_beat_scores.py):
 *             speed(t) = sum over joints of |p(t) - p(t-1)|, speed(0) = 0, order 10;
 *             score = mean over kinematic beats, d to the nearest music beat
 *   bailando  Siyao et al. 2022 (lisiyao21/Bailando cc90b98, utils/beat_align_score.py):
 *             speed(t) = mean over joints of |p(t+1) - p(t)|, Gaussian of 5 frames, order 1;
 *             score = mean over music beats, d to the nearest kinematic beat
 *
 * Both average exp(-d^2 / (2 sigma^2)) with sigma 3 frames (50 ms). */
#ifndef METRICS_BEATS_H
#define METRICS_BEATS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

enum { BEAT_FPS = 60 };

typedef struct {
    bool forward; /* speed(t) belongs to the transition that leaves frame t (Bailando), not to the
                     one that reaches it; its last frame has none */
    double smooth; /* sigma of a Gaussian in frames; 0: none */
    size_t order; /* a minimum is less than this many neighbours on both sides */
} BeatStyle;

/* Frames t, 0 < t < n-1, where v is strictly less than at all of the `order` frames on both sides
 * that exist (scipy.signal.argrelextrema with np.less): a plateau has no minimum. out holds up to
 * n; returns how many. */
size_t beats_local_minima(const double *v, size_t n, size_t order, size_t *out);

/* scipy.ndimage.gaussian_filter1d: kernel cut at round(4 sigma), ends mirrored with the edge
 * repeated. in and out [n] must not overlap. */
void beats_gaussian_smooth(const double *in, size_t n, double sigma, double *out);

/* Kinematic beats of positions [frames, joints, 3]. *beats is owned by the caller; NULL and count 0
 * on error. */
int beats_kinematic(const double *positions, size_t frames, size_t joints, const BeatStyle *style,
                    size_t **beats, size_t *count, Error *err);

/* Mean over the n beats `from` of exp(-d^2 / (2 sigma^2)), d the distance to the nearest of the m
 * beats `to` (ascending), all in frames, whole or not. 0 if n is 0, as the reference implementation
 * has it; NaN if m is 0 and n is not. */
double beat_align(const double *from, size_t n, const double *to, size_t m, double sigma);

/* [ours] What a beat gets that does not know where the others are: the mean of the same term over
 * all places from `first` to `end` frames, first < end. 0 if m is 0. */
double beat_chance(const double *to, size_t m, double first, double end, double sigma);

#endif
