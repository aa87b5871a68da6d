/* body.h: bodies for tests of movement. */
#ifndef TEST_METRICS_BODY_H
#define TEST_METRICS_BODY_H

#include <stdlib.h>

#include "lib/motion/pose_track.h"
#include "lib/motion/rotation.h"

/* A body without the detour over a motion: rotations are identities, everything else 0. */
static inline PoseTrack body(size_t frames, size_t joints) {
    PoseTrack b = {frames,
                   joints,
                   60,
                   calloc(3 * frames, sizeof(double)),
                   calloc(9 * frames * joints, sizeof(double)),
                   calloc(3 * frames * joints, sizeof(double))};
    for (size_t i = 0; i < frames * joints; i++)
        b.rotations[9 * i] = b.rotations[9 * i + 4] = b.rotations[9 * i + 8] = 1;
    return b;
}

/* Joint j of frame t by an angle about the vertical axis. */
static inline void turn(PoseTrack *b, size_t t, size_t j, double angle) {
    rotation_from_axis_angle((const double[]){0, angle, 0}, b->rotations + 9 * (t * b->joints + j));
}

#endif
