/* loop.h: does a dance repeat itself exactly? [ours]
 *
 * x_t is frame t's vector of 9J projected rotation entries minus its mean over the stretch. For a
 * lag of L frames
 *     r(L) = 1 - sum_t |x_(t+L) - x_t|^2 / sum_t (|x_t|^2 + |x_(t+L)|^2),   t = 0 .. T-L-1
 * is the normalised autocorrelation 2 sum x_t . x_(t+L) / sum (...): 1 only if the pose comes back
 * exactly, 0 for unrelated poses, -1 for opposite ones. The score is the largest r(L) over L =
 * step, 2 step .. 10 step with L <= T/2, so that at least half of the stretch is compared. A
 * generator that has fallen into a cycle of one to ten steps scores 1; so does one that stands
 * still. Slow movement also correlates with itself at the shortest lag, so that real dance does not
 * score 0: scores are to be compared with its own. */
#ifndef METRICS_LOOP_H
#define METRICS_LOOP_H

#include "lib/motion/pose_track.h"

enum { LOOP_LAGS = 10 };

/* step: frames per generation step, at least 1. *lag, if not NULL, is the lag in frames where the
 * maximum lies (the shortest such). NaN and lag 0 when b has fewer than 2 step frames. -1 only when
 * memory is out. */
int loop_score(const PoseTrack *b, size_t step, double *score, size_t *lag, Error *err);

#endif
