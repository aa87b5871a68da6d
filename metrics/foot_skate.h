/* foot_skate.h: how fast the supporting foot slides, after Zhang, Starke, Komura and Saito,
 * Mode-Adaptive Neural Networks for Quadruped Motion Control (2018), section 8.
 *
 * They sum s = v (2 - 2^(h/H)) over frames whose foot is at a height h below H = 2.5 cm, v being
 * its horizontal speed. Two things are ours: of two feet below H the slower one is taken, since the
 * other may swing close to the floor, and the sum is divided by that of its weights, so that the
 * result is a speed that feet do not lower by being lifted more often:
 *
 *     sum w v / sum w,   w = 2 - 2^(min(max(h, 0), H) / H)
 *
 * over all transitions, h the mean height of the toes (SMPL's joints 10 and 11) in the two frames
 * above the floor. The floor is the height that the lower toes are below in a twentieth of the
 * frames [ours]: dances do not say where theirs is. */
#ifndef METRICS_FOOT_SKATE_H
#define METRICS_FOOT_SKATE_H

#include "lib/base/error.h"
#include "lib/motion/pose_track.h"

/* cm/s; NaN below 2 frames or 12 joints. Fails when memory is out. */
int foot_skate(const PoseTrack *b, double *speed, Error *err);

#endif
