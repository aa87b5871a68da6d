/* pfc.h: physical foot contact score (EDGE, Tseng et al. 2023, section 4.1; Stanford-TML/EDGE
 * 17c3428, eval/eval_pfc.py).
 *
 *     PFC = 10000 mean over t of  a(t) / max a * l(t) * r(t)
 * a(t) is the norm of the root's acceleration, its downward part set to 0; l(t) and r(t) are the
 * smaller horizontal displacement per frame of ankle and toes, left and right. It knows no time: it
 * grows with the square of the frame interval, and falls with the clip's length (the largest
 * acceleration is over the clip). Published values are at 30 fps over 5 s clips. Deviation: y is up
 * here, z there. */
#ifndef METRICS_PFC_H
#define METRICS_PFC_H

#include "lib/motion/pose_track.h"

/* Of windows of `window` frames every `hop` frames, full ones only (window 0, or more than there
 * are frames: one window, the whole), at b's rate: resample it to 30 first. The mean over the
 * windows; NaN for fewer than 3 frames, for a window whose root does not accelerate, and for a
 * skeleton of fewer than 12 joints. Joints 7, 10, 8, 11 must be SMPL's left ankle and toes, right
 * ankle and toes. */
double pfc_score(const PoseTrack *b, size_t window, size_t hop);

#endif
