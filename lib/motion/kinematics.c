#include "lib/motion/motion_loops.h"

const MotionLoops *motion_loops_chosen(void) {
    static const MotionLoops *const ways[] = LOOPS_WAYS(motion_loops);
    return ways[choice(CHOICE_LANES)];
}

void motion_pose(const Motion *m, const Skeleton *s, double *rotations, double *positions) {
    const MotionLoops *loops = motion_loops_chosen();
    enum { SIDE_BY_SIDE = ROTATION_LANES };
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < m->frames; t += SIDE_BY_SIDE)
        loops->pose(m->data + t * motion_dim(m), motion_dim(m),
                    m->frames - t < SIDE_BY_SIDE ? m->frames - t : SIDE_BY_SIDE, m->joints, s,
                    rotations ? rotations + 9 * m->joints * t : NULL,
                    positions ? positions + 3 * m->joints * t : NULL);
}

void motion_rotations(const Motion *m, double *rotations) { motion_pose(m, NULL, rotations, NULL); }

void motion_joints(const Motion *m, const Skeleton *s, double *positions) {
    motion_pose(m, s, NULL, positions);
}
