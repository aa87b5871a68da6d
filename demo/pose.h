/* pose.h: a dancer's pose as a choreographer thinks of it, and as the rotations of SMPL's 24
 * joints. */
#ifndef DEMO_POSE_H
#define DEMO_POSE_H

#include "lib/motion/motion.h"

enum { LEFT, RIGHT, SIDES }; /* left is +x for a dancer who faces +z */

/* In the room. */
typedef struct {
    double x, z, lift; /* ball of the foot: metres on the floor, and above it */
    double yaw; /* where the toes point, about y; 0 is +z */
    double heel; /* radians by which the heel is raised over the ball */
} Foot;

typedef struct {
    double raise; /* 0 hanging, pi/2 straight to the side, pi overhead */
    double forward; /* then swung to the front */
    double twist; /* about the upper arm: -pi/2 lets the bent elbow of a raised arm point up, +1
                     brings the forearm of a hanging one before the body */
    double elbow; /* 0 straight */
    double wrist; /* the hand bent up (down: negative) */
} Arm;

/* A part of the spine, or the head: forwards, to the left, about y. */
typedef struct {
    double bend, lean, turn;
} Segment;

enum { LOWER, MIDDLE, UPPER, HEAD, SEGMENTS }; /* from the pelvis up */

/* Radians and metres. */
typedef struct {
    Foot foot[SIDES];
    double x, y, z; /* pelvis, in the room; y from its height in standing */
    double heading; /* of the whole body, about y */
    double yaw, pitch, roll; /* of the pelvis, over the heading: about y, forwards, left side up */
    Segment spine[SEGMENTS];
    Arm arm[SIDES];
} Pose;

/* p->y, or as much less as the legs need to reach the feet. */
double pose_reach(const Pose *p, const Skeleton *smpl);

/* The ankles are brought to the feet by two-bone inverse kinematics, the pelvis sinks as far as
 * they need (pose_reach). rotations [24][9] are relative to the parent joint, translation [3] is
 * SMPL's (the pelvis less its rest place). */
void pose_to_body(const Pose *p, const Skeleton *smpl, double translation[3],
                  double rotations[SMPL_JOINTS][9]);

#endif
