/* pose_source.h: one dance as the programs that measure dances read it: with rotations (a motion),
 * or nothing but joint positions. */
#ifndef LIB_MOTION_IMPORT_POSE_SOURCE_H
#define LIB_MOTION_IMPORT_POSE_SOURCE_H

#include <stdbool.h>

#include "lib/motion/pose_track.h"

typedef struct {
    Motion motion; /* data is NULL where only positions are known; all else is there */
    double *positions; /* [frames, joints, 3] metres, y up, owned; NULL where there are rotations */
} PoseSource;

/* Reads whatever motion_read takes, AIST++ and EDGE .pkl and AMASS-like .npz (motion_import.h), and
 * a .npy of joint positions [T, J, 3]. What does not say its rate is taken for 60 frames a second,
 * with motion.fps_assumed set. *out is empty on error. Errors begin with the
 * path. */
int pose_source_read(const char *path, PoseSource *out, Error *err);
void pose_source_free(PoseSource *t);

/* Frames first .. first+count-1 as a body; without rotations (NULL) where they are not wanted or
 * not known, and then translations are the root's positions if those are all there is. The skeleton
 * is looked at for rotations only. *out owns its arrays and is empty on error. */
int pose_source_track(const PoseSource *t, size_t first, size_t count, const Skeleton *s,
                      bool rotations, PoseTrack *out, Error *err);

#endif
