/* arms.h: positions of an arm by name. */
#ifndef DEMO_ARMS_H
#define DEMO_ARMS_H

#include "demo/pose.h"

typedef enum {
    ARM_HANG,
    ARM_BACK, /* a little behind the body */
    ARM_WAIST, /* hand at the waist */
    ARM_LOW, /* hand before the hip */
    ARM_GUARD, /* fist before the shoulder, elbow down */
    ARM_CHEST, /* hand at the chest, elbow out */
    ARM_FOLD, /* forearm across the belly */
    ARM_FRONT, /* reaching forward */
    ARM_PUNCH, /* the same, straight, as high as the shoulder */
    ARM_SWEEP, /* half to the side, half forward, as one presents something */
    ARM_OPEN, /* low to the side, palm forward */
    ARM_SIDE, /* as high as the shoulder, elbow soft */
    ARM_ROBOT_UP, /* upper arm to the side, forearm up */
    ARM_ROBOT_DOWN, /* and forearm down */
    ARM_HIGH, /* up and out */
    ARM_OVER, /* over the head, round */
    ARM_POINT, /* up and out, straight */
    ARM_POSITIONS
} ArmPosition;

const Arm *arm_position(ArmPosition id);

#endif
