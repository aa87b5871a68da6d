/* kinematics.c: frames to rotations and joints (motion.h), ROTATION_LANES frames side by side: the last index of every array is the frame's. */
#include <string.h>

#include "motion.h"

enum { LANES = ROTATION_LANES };

/* frames: the first of `count` frames, at most LANES; the lanes beyond repeat the last one. */
static void load_rotations(const float *frames, size_t dim, size_t count, size_t joints, double (*local)[9][LANES]) {
    for (size_t j = 0; j < joints; j++) {
        double m[9][LANES];
        for (size_t l = 0; l < LANES; l++) {
            const float *x = frames + (l < count ? l : count - 1) * dim + 3 + 9 * j;
            for (size_t k = 0; k < 9; k++) m[k][l] = (double)x[k];
        }
        rotations_nearest(m, local[j]);
    }
}

/* r = a b. */
static void multiply(const double a[9][LANES], const double b[9][LANES], double r[9][LANES]) {
    for (size_t i = 0; i < 9; i += 3)
        for (size_t j = 0; j < 3; j++)
            for (size_t l = 0; l < LANES; l++) r[i + j][l] = a[i][l] * b[j][l] + a[i + 1][l] * b[3 + j][l] + a[i + 2][l] * b[6 + j][l];
}

/* global_j = global_parent R_j; position_j = position_parent + global_parent offset_j. */
static void joints_of(const Skeleton *s, const double (*local)[9][LANES], double (*global)[9][LANES], double (*position)[3][LANES]) {
    for (size_t j = 0; j < s->joints; j++) {
        if (s->parents[j] < 0) { /* the root, whose position is there already */
            memcpy(global[j], local[j], sizeof local[j]);
            continue;
        }
        size_t p = (size_t)s->parents[j];
        const double *offset = s->offsets + 3 * j;
        multiply(global[p], local[j], global[j]);
        for (size_t i = 0; i < 3; i++)
            for (size_t l = 0; l < LANES; l++)
                position[j][i][l] = position[p][i][l] + global[p][3 * i][l] * offset[0] + global[p][3 * i + 1][l] * offset[1] + global[p][3 * i + 2][l] * offset[2];
    }
}

/* Rotations (if not NULL) and positions (if not NULL; s is needed then) of `count` frames. */
static void block(const float *frames, size_t dim, size_t count, size_t joints, const Skeleton *s, double *rotations, double *positions) {
    double local[joints][9][LANES];
    load_rotations(frames, dim, count, joints, local);
    for (size_t l = 0; rotations && l < count; l++)
        for (size_t j = 0; j < joints; j++)
            for (size_t k = 0; k < 9; k++) rotations[(l * joints + j) * 9 + k] = local[j][k][l];
    if (!positions) return;
    double global[joints][9][LANES], position[joints][3][LANES];
    for (size_t i = 0; i < 3; i++)
        for (size_t l = 0; l < LANES; l++) position[0][i][l] = (double)frames[(l < count ? l : count - 1) * dim + i] + s->offsets[i];
    joints_of(s, (const double(*)[9][LANES])local, global, position);
    for (size_t l = 0; l < count; l++)
        for (size_t j = 0; j < joints; j++)
            for (size_t i = 0; i < 3; i++) positions[(l * joints + j) * 3 + i] = position[j][i][l];
}

void motion_pose(const Motion *m, const Skeleton *s, double *rotations, double *positions) {
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < m->frames; t += LANES)
        block(m->data + t * motion_dim(m), motion_dim(m), m->frames - t < LANES ? m->frames - t : LANES, m->joints, s,
              rotations ? rotations + 9 * m->joints * t : NULL, positions ? positions + 3 * m->joints * t : NULL);
}

void motion_rotations(const Motion *m, double *rotations) { motion_pose(m, NULL, rotations, NULL); }

void motion_joints(const Motion *m, const Skeleton *s, double *positions) { motion_pose(m, s, NULL, positions); }
