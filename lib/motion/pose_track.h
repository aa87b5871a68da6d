/* pose_track.h: what metrics and exports start from: a stretch of a motion as rotations and joint
 * positions, in float64. */
#ifndef LIB_MOTION_POSE_TRACK_H
#define LIB_MOTION_POSE_TRACK_H

#include "lib/motion/motion.h"

typedef struct {
    size_t frames, joints;
    double fps;
    double *translations; /* [frames, 3] metres, as the motion has them */
    double *rotations; /* [frames, joints, 9], projected to the nearest rotation; NULL where only
                          positions are known (pose_source.h) */
    double *positions; /* [frames, joints, 3] metres, by forward kinematics */
} PoseTrack;

/* Frames first .. first+count-1 of m; the skeleton must have m's joints. *out owns its arrays and
 * is empty on error. */
int pose_track_new(PoseTrack *out, const Motion *m, size_t first, size_t count, const Skeleton *s,
                   Error *err);
void pose_track_free(PoseTrack *b);

/* Frames first .. first+count-1 of b, sharing its arrays: not to be freed. */
PoseTrack pose_track_part(const PoseTrack *b, size_t first, size_t count);

#endif
