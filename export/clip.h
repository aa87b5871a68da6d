/* clip.h: a dance as every exporter takes it: joints placed, rotations projected, with its names.
 */
#ifndef EXPORT_CLIP_H
#define EXPORT_CLIP_H

#include "lib/motion/pose_track.h"

typedef struct {
    char *name, *genre,
        *music; /* owned; genre and music "" if unknown; bytes of any kind: escape them */
    size_t seed_frames; /* frames given, not generated */
    const Skeleton *skeleton; /* borrowed; as many joints as body */
    PoseTrack body; /* the whole motion, its seed too, as it is to be seen; owned */
    PoseTrack measured; /* the same as it was before feet_clean; empty if it was not; owned */
} Clip;

/* Frames first .. first + count - 1; count at least 1. */
typedef struct {
    size_t first, count;
} FrameRange;

/* Errors: a skeleton with another number of joints. *out is empty on error. */
int clip_new(Clip *out, const Motion *m, const char *name, const Skeleton *s, Error *err);
void clip_free(Clip *c);

/* What measures are made of: the motion as it came, whatever was done for the eye. */
static inline const PoseTrack *clip_measured(const Clip *c) {
    return c->measured.frames ? &c->measured : &c->body;
}

/* Metres from the floor to the lowest joint of a foot that stands on it. */
static const double clip_sole = 0.022;

/* Height of the floor: what the lowest joint is below in three tenths of the frames, less the sole.
 * (In captured dances that height wanders by some centimetres.) Errors: memory. */
int clip_floor(const Clip *c, double *floor, Error *err);

#endif
