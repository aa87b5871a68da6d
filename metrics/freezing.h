/* freezing.h: how much a dance moves, and for how much of its time it does not (paper,
 * section 5.1), with what tells noise from movement.
 *
 * Transition t (from frame t to t+1) of a stretch of T frames, R its projected rotations, x its
 * root translations: pose(t)  = mean over joints of the angle between R_j(t) and R_j(t+1), degrees
 * Delta_pose  = mean over transitions trans(t) = |x(t+1) - x(t)|, cm Delta_trans = mean over
 * transitions The stretch is cut into windows of 60 frames from its first frame on, an incomplete
 * last one is dropped; a window's deltas are the means of the 59 transitions inside it [ours].
 * thresholds.h says which windows are frozen. */
#ifndef METRICS_FREEZING_H
#define METRICS_FREEZING_H

#include "lib/motion/pose_track.h"

enum { FREEZE_WINDOW = 60 };

/* pose and trans [frames - 1] (frames at least 1). */
void freezing_pose_deltas(const PoseTrack *b, double *pose);
void freezing_trans_deltas(const PoseTrack *b, double *trans);

/* Windows' deltas from the transitions' of `frames` frames; returns their number, frames / 60. out
 * must hold as many. */
size_t freezing_window_deltas(const double *transitions, size_t frames, double *out);

/* Standard deviation over time (divisor T) of each of the 9J rotation entries, mean over the
 * entries. As a fraction of real dance's it says how much of the room for movement is used: noise
 * about one pose has little. -1 only when memory is out. */
int motion_range(const PoseTrack *b, double *range, Error *err);

/* Mean norm of the third difference of the joints' positions times fps^3 (jerk, m/s^3), over frames
 * and joints; NaN below 4 frames. */
double motion_jitter(const PoseTrack *b);

/* Mean joint speed (m/s) over the transitions into a step's first frame, frames keep, 2 keep, ...
 * of the stretch, and over all others. */
typedef struct {
    double border, inside; /* sums */
    size_t border_count, inside_count; /* of transitions */
} StepSpeeds;

/* keep: frames per generation step, at least 1. Adds to *s, which starts as zeros. */
void step_speeds(const PoseTrack *b, size_t keep, StepSpeeds *s);

/* Speed at borders over speed inside: 1 where steps join smoothly. NaN if there are none of either,
 * or nothing moves inside. */
double step_jump(const StepSpeeds *s);

#endif
