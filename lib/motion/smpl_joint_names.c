#include "lib/motion/smpl_joint_names.h"

#include <stdio.h>

static const char *const smpl_names[SMPL_JOINTS] = {
    "Pelvis",     "L_Hip",      "R_Hip",   "Spine1",  "L_Knee",  "R_Knee",   "Spine2",   "L_Ankle",
    "R_Ankle",    "Spine3",     "L_Foot",  "R_Foot",  "Neck",    "L_Collar", "R_Collar", "Head",
    "L_Shoulder", "R_Shoulder", "L_Elbow", "R_Elbow", "L_Wrist", "R_Wrist",  "L_Hand",   "R_Hand",
};

const char *smpl_joint_name(size_t joints, size_t joint, char *text) {
    if (joints == SMPL_JOINTS)
        snprintf(text, 24, "%s", smpl_names[joint]);
    else
        snprintf(text, 24, "Joint%zu", joint);
    return text;
}
