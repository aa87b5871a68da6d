/* smpl_joint_names.h: the names of SMPL's 24 and SMPL-H's 52 joints, as other programs show them.
 */
#ifndef LIB_MOTION_SMPL_JOINT_NAMES_H
#define LIB_MOTION_SMPL_JOINT_NAMES_H

#include <stddef.h>

#include "lib/motion/skeleton.h"

/* Pelvis, L_Hip, R_Hip, Spine1, ... of SMPL's own files, L_Index1 to R_Thumb3 of SMPL-H's hands; of
 * a skeleton with other joints Joint0, Joint1, ... into text (at least 24 bytes), which it returns.
 */
const char *smpl_joint_name(size_t joints, size_t joint, char *text);

#endif
