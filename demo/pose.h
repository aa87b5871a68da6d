/* pose.h: a dancer's pose as a choreographer thinks of it, and as the rotations of SMPL's 24
 * joints. */
#ifndef DEMO_POSE_H
#define DEMO_POSE_H

#include "lib/motion/motion.h"

enum { LEFT, RIGHT }; /* left is +x for a dancer who faces +z */

typedef struct {
    double x, lift,
        z; /* ball of the foot: metres from the middle of the stance, and above the floor */
    double yaw; /* the foot turns outwards or inwards with it, about y */
    double heel; /* radians by which the heel is raised over the ball */
    double orbit; /* the foot's place and direction turned about the middle of the stance: for steps
                     of a turn */
} Foot;

typedef struct {
    double raise; /* 0 hanging, pi/2 straight to the side, pi overhead */
    double forward; /* then swung to the front */
    double twist; /* about the upper arm; -pi/2 lets a bent elbow of a raised arm point up */
    double elbow; /* 0 straight */
} Arm;

/* Nothing but numbers, so that poses can be mixed. Radians and metres. */
typedef struct {
    Foot foot[2];
    Arm arm[2];
    double hip_x, hip_y, hip_z; /* pelvis from where it is when standing */
    double yaw, pitch, roll; /* of the pelvis */
    double bend, lean, turn; /* of the spine: forwards, sideways, about y */
    double nod, look, tilt; /* of the head, likewise */
} Pose;

enum { POSE_SIZE = sizeof(Pose) / sizeof(double) };

/* Where the dancer's stance is: on the floor, heading about y. */
typedef struct {
    double x, z, heading;
} BodyPlacement;

Pose pose_neutral(void);
Pose pose_mix(const Pose *a, const Pose *b, double weight_of_b);
Pose pose_mirrored(const Pose *p); /* left and right exchanged */

/* The ankles are brought to the feet by two-bone inverse kinematics, the pelvis sinks as far as
 * they need. rotations [24][9] are relative to the parent joint, translation [3] is SMPL's (the
 * pelvis less its rest place). */
void pose_to_body(const Pose *p, const BodyPlacement *place, const Skeleton *smpl,
                  double translation[3], double rotations[SMPL_JOINTS][9]);

#endif
