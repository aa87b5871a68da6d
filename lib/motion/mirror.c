#include "lib/motion/mirror.h"

#include <string.h>

#include "lib/motion/skeleton.h"

enum { BODY_JOINTS = 22, HAND_JOINTS = 15 }; /* of SMPL-H: its hands follow the body */
_Static_assert((int)SMPLH_JOINTS == (int)MIRROR_MAX_JOINTS, "the largest body that is known");

static const size_t opposite[SMPL_JOINTS] = {0,  2,  1,  3,  5,  4,  6,  8,  7,  9,  11, 10,
                                             12, 14, 13, 15, 17, 16, 19, 18, 21, 20, 23, 22};

bool mirror_known(size_t joints) { return joints == SMPL_JOINTS || joints == SMPLH_JOINTS; }

size_t mirror_joint(size_t joints, size_t joint) {
    if (joints == SMPL_JOINTS || joint < BODY_JOINTS) return opposite[joint];
    return joint < BODY_JOINTS + HAND_JOINTS ? joint + HAND_JOINTS : joint - HAND_JOINTS;
}

void mirror_frames(float *frames, size_t count, size_t joints) {
    /* of M R M: the entries that hold x once */
    static const float sign[9] = {1, -1, -1, -1, 1, 1, -1, 1, 1};
    float turned[9 * MIRROR_MAX_JOINTS];
    for (size_t t = 0; t < count; t++) {
        float *frame = frames + t * (3 + 9 * joints);
        frame[0] = -frame[0];
        for (size_t j = 0; j < joints; j++) {
            const float *other = frame + 3 + 9 * mirror_joint(joints, j);
            for (size_t k = 0; k < 9; k++) turned[9 * j + k] = sign[k] * other[k];
        }
        memcpy(frame + 3, turned, 9 * joints * sizeof *turned);
    }
}
