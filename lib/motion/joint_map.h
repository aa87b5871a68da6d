/* joint_map.h: which joint of a body is which of SMPL's, by their names. */
#ifndef LIB_MOTION_JOINT_MAP_H
#define LIB_MOTION_JOINT_MAP_H

#include "lib/motion/skeleton.h"

typedef struct {
    size_t joints; /* of the body */
    size_t joint_of[SMPL_JOINTS]; /* the body's joint that is SMPL's joint i; JOINTS_MAX: it has
                                     none */
} JointNames;

/* SMPL's joint of that name, SMPL_JOINTS if there is none. SMPL's names (L_Hip, left_hip, Spine1),
 * and aistplusplus_api's (root, lhip, belly): capitals and all but letters and digits do not count.
 */
size_t joint_map_find(const char *name, size_t length);

/* From a skeleton .npz with `parents` [J] and `names` [J], texts. Without names joint i is SMPL's
 * joint i. Names that SMPL does not know are of other joints; two joints that are the same one of
 * SMPL's are an error. Errors begin with the path. */
int joint_map_read(const char *path, JointNames *out, Error *err);

#endif
