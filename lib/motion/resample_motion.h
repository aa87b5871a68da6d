/* resample_motion.h: the same dance at another frame rate [ours]: features are defined at 60 frames
 * a second, some models dance at 20 or 30. */
#ifndef LIB_MOTION_RESAMPLE_MOTION_H
#define LIB_MOTION_RESAMPLE_MOTION_H

#include "lib/motion/pose_track.h"

/* Positions and translations of frame t at time t / fps, from a cubic through the two frames before
 * and after it whose slopes are those between their neighbours (Catmull, Rom 1974): frames that
 * exist at both rates keep their values. floor((frames - 1) fps / b->fps) + 1 frames, without
 * rotations. *out owns its arrays and is empty on error. b has at least one frame. */
int pose_track_resample(const PoseTrack *b, double fps, PoseTrack *out, Error *err);

#endif
