/* resample_motion.h: the same dance at another frame rate. Measures are defined at one rate (60
 * frames a second; foot contact at 30), a model at the rate of its data; the files of the field are
 * at 20 to 120.
 *
 * Frame t of the result lies at time t / fps; there are floor((frames - 1) fps / own rate) + 1 of
 * them, so that none lies beyond the last one. Frames of both rates keep their values to the bit.
 * Between frames positions follow a cubic spline (cubic_spline.h), whose acceleration is
 * continuous: a dance halved and doubled again keeps its jerk within 3% (a Catmull-Rom curve adds
 * 12%). Rotations go from one frame to the next about a fixed axis at constant speed (slerp,
 * Shoemake 1985; scipy.spatial.transform.Slerp). */
#ifndef LIB_MOTION_RESAMPLE_MOTION_H
#define LIB_MOTION_RESAMPLE_MOTION_H

#include "lib/motion/pose_track.h"

/* Is a rate another one, by more than files round theirs (1e-6 of it)? */
bool resample_needed(double from, double to);

/* Frames at another rate that a dance of so many lasts: those that lie within it, and those that
 * its last frame, which is shown for a frame's time as well, makes room for. */
size_t resample_duration(size_t frames, double from, double to);

/* Frames that begin before the given ones end: seed frames at another rate. */
size_t resample_seed(size_t frames, double from, double to);

/* The track at fps, which lies within scalar_fps's bounds, as b->fps does. Positions and
 * translations are splined each by itself; rotations stay NULL where there are none. *out owns its
 * arrays and is empty on error. b has at least one frame. */
int pose_track_resample(const PoseTrack *b, double fps, PoseTrack *out, Error *err);

/* The motion at fps, with its names, and seed frames as resample_seed says. Matrices between two
 * frames are rotations, from the projections of the frames' own. *out is empty on error. m has at
 * least one frame. */
int motion_resample(const Motion *m, double fps, Motion *out, Error *err);

#endif
