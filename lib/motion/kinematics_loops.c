/* Frames to rotations and joints (motion.h), ROTATION_LANES frames side by side: the
 * last index of every array is the frame's. */
#include "lib/base/lanes.h"
#include "lib/motion/motion_loops.h"
#include "lib/motion/rotation_iteration.h"

_Static_assert((int)LANES == (int)ROTATION_LANES, "rotations come in the same groups");

static void nearest_all(const double m[9][ROTATION_LANES], double r[9][ROTATION_LANES]) {
    bool near_enough[ROTATION_LANES];
    nearest_by_iteration(ROTATION_LANES, &m[0][0], &r[0][0], near_enough);
    for (size_t l = 0; l < ROTATION_LANES; l++) {
        if (near_enough[l]) continue;
        double one[9], nearest[9];
        for (size_t k = 0; k < 9; k++) one[k] = m[k][l];
        rotation_nearest(one, nearest);
        for (size_t k = 0; k < 9; k++) r[k][l] = nearest[k];
    }
}

/* frames: the first of `count` frames, at most LANES; the lanes beyond repeat the last one. */
static void load_rotations(const float *frames, size_t dim, size_t count, size_t joints,
                           Lanes (*local)[9]) {
    for (size_t j = 0; j < joints; j++) {
        double m[9][LANES], r[9][LANES];
        for (size_t l = 0; l < LANES; l++) {
            const float *x = frames + (l < count ? l : count - 1) * dim + 3 + 9 * j;
            for (size_t k = 0; k < 9; k++) m[k][l] = (double)x[k];
        }
        nearest_all(m, r);
        memcpy(local[j], r, sizeof r);
    }
}

/* r = a b. */
static void multiply(const Lanes a[9], const Lanes b[9], Lanes r[9]) {
    for (size_t i = 0; i < 9; i += 3)
        for (size_t j = 0; j < 3; j++)
            r[i + j] = a[i] * b[j] + a[i + 1] * b[3 + j] + a[i + 2] * b[6 + j];
}

/* global_j = global_parent R_j; position_j = position_parent + global_parent offset_j. */
static void joints_of(const Skeleton *s, const Lanes (*local)[9], Lanes (*global)[9],
                      Lanes (*position)[3]) {
    for (size_t j = 0; j < s->joints; j++) {
        if (s->parents[j] < 0) { /* the root, whose position is there already */
            memcpy(global[j], local[j], sizeof local[j]);
            continue;
        }
        const Lanes *g = global[s->parents[j]], *parent = position[s->parents[j]];
        const double *offset = s->offsets + 3 * j;
        for (size_t i = 0; i < 3; i++)
            position[j][i] = parent[i] + g[3 * i] * offset[0] + g[3 * i + 1] * offset[1] +
                             g[3 * i + 2] * offset[2];
        multiply(g, local[j], global[j]);
    }
}

/* Rotations (if not NULL) and positions (if not NULL; s is needed then) of `count` frames. */
static void pose(const float *frames, size_t dim, size_t count, size_t joints, const Skeleton *s,
                 double *rotations, double *positions) {
    Lanes local[joints][9];
    load_rotations(frames, dim, count, joints, local);
    for (size_t l = 0; rotations && l < count; l++)
        for (size_t j = 0; j < joints; j++)
            for (size_t k = 0; k < 9; k++) rotations[9 * (l * joints + j) + k] = local[j][k][l];
    if (!positions) return;
    Lanes global[joints][9], position[joints][3];
    for (size_t i = 0; i < 3; i++)
        for (size_t l = 0; l < LANES; l++)
            position[0][i][l] =
                (double)frames[(l < count ? l : count - 1) * dim + i] + s->offsets[i];
    joints_of(s, (const Lanes(*)[9])local, global, position);
    for (size_t l = 0; l < count; l++)
        for (size_t j = 0; j < joints; j++)
            for (size_t i = 0; i < 3; i++) positions[3 * (l * joints + j) + i] = position[j][i][l];
}

const MotionLoops LOOPS_TABLE(motion_loops) = {.nearest_all = nearest_all, .pose = pose};
