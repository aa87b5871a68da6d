/* joint_positions.h: forward kinematics as a differentiable op. */
#ifndef MODEL_JOINT_POSITIONS_H
#define MODEL_JOINT_POSITIONS_H

#include "lib/motion/skeleton.h"
#include "lib/nn/ops/ops.h"

/* motion [T, 3 + 9 J] -> [T, 3 count], positions of the listed joints in metres, as motion_joints
 * has them: of the rotations nearest to the matrices. A matrix that has no single nearest rotation,
 * or almost none (joint_positions.c), gets no gradient. The skeleton has J joints; up to
 * OP_MAX_INPUTS joints are asked for. */
Value op_joint_positions(Graph *g, Value motion, const Skeleton *s, const size_t *joints,
                         size_t count);

#endif
