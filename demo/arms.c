#include "demo/arms.h"

/* raise, forward, twist, elbow, wrist */
static const Arm positions[ARM_POSITIONS] = {
    [ARM_HANG] = {0.16, 0.06, 0.1, 0.30, 0.0},      [ARM_BACK] = {0.30, -0.45, 0.1, 0.45, 0.0},
    [ARM_WAIST] = {0.62, -0.15, 0.9, 1.75, 0.0},    [ARM_LOW] = {0.12, 0.45, 0.6, 0.75, 0.1},
    [ARM_GUARD] = {0.35, 0.40, 0.4, 2.00, 0.0},     [ARM_CHEST] = {0.75, 0.60, 0.9, 2.10, 0.0},
    [ARM_FOLD] = {0.40, 0.55, 0.9, 1.60, 0.0},      [ARM_FRONT] = {0.15, 1.10, 0.3, 0.45, 0.1},
    [ARM_PUNCH] = {0.12, 1.45, 0.4, 0.10, 0.0},     [ARM_SWEEP] = {0.85, 0.75, -0.3, 0.45, 0.2},
    [ARM_OPEN] = {0.75, 0.15, -0.4, 0.45, 0.1},     [ARM_SIDE] = {1.35, 0.10, -0.5, 0.50, 0.1},
    [ARM_ROBOT_UP] = {1.35, 0.05, -1.5, 1.50, 0.0}, [ARM_ROBOT_DOWN] = {1.30, 0.05, 1.2, 1.40, 0.0},
    [ARM_HIGH] = {2.30, 0.15, -0.9, 0.40, 0.1},     [ARM_OVER] = {2.75, 0.10, -1.3, 0.65, 0.2},
    [ARM_POINT] = {2.10, 0.25, -0.6, 0.10, 0.0},
};

const Arm *arm_position(ArmPosition id) { return &positions[id]; }
