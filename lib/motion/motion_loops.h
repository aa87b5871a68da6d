/* motion_loops.h: rotations and joints of frames side by side, for the vectors that the processor
 * has (lib/base/loops.h). */
#ifndef LIB_MOTION_MOTION_LOOPS_H
#define LIB_MOTION_MOTION_LOOPS_H

#include "lib/base/loops.h"
#include "lib/motion/motion.h"
#include "lib/motion/rotation.h"

typedef struct {
    /* rotation.h: rotation_nearest_all */
    void (*nearest_all)(const double m[9][ROTATION_LANES], double r[9][ROTATION_LANES]);
    /* Rotations (if not NULL) and positions (if not NULL; s is needed then) of `count` frames, at
     * most ROTATION_LANES, as motion_pose gives them. */
    void (*pose)(const float *frames, size_t dim, size_t count, size_t joints, const Skeleton *s,
                 double *rotations, double *positions);
} MotionLoops;

LOOPS_DECLARE(MotionLoops, motion_loops);

/* Those to take: choices.h, lanes. */
const MotionLoops *motion_loops_chosen(void);

#endif
