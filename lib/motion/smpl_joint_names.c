#include "lib/motion/smpl_joint_names.h"

#include <stdbool.h>
#include <stdio.h>

static const char *const smpl_names[SMPL_JOINTS] = {
    "Pelvis",     "L_Hip",      "R_Hip",   "Spine1",  "L_Knee",  "R_Knee",   "Spine2",   "L_Ankle",
    "R_Ankle",    "Spine3",     "L_Foot",  "R_Foot",  "Neck",    "L_Collar", "R_Collar", "Head",
    "L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow", "L_Wrist", "R_Wrist",  "L_Hand",   "R_Hand",
};

/* SMPL-H's hands, from joint 22 on: five fingers of three joints, left, then right. */
static const char *const fingers[] = {"Index", "Middle", "Pinky", "Ring", "Thumb"};
enum { BODY_JOINTS = 22, HAND_JOINTS = 15 };

const char *smpl_joint_name(size_t joints, size_t joint, char *text) {
    bool body = joints == SMPL_JOINTS || (joints == SMPLH_JOINTS && joint < BODY_JOINTS);
    if (body)
        snprintf(text, 24, "%s", smpl_names[joint]);
    else if (joints == SMPLH_JOINTS) {
        size_t n = joint - BODY_JOINTS;
        snprintf(text, 24, "%c_%s%zu", n < HAND_JOINTS ? 'L' : 'R', fingers[n % HAND_JOINTS / 3],
                 n % 3 + 1);
    } else
        snprintf(text, 24, "Joint%zu", joint);
    return text;
}
