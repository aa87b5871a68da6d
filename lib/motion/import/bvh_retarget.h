/* bvh_retarget.h: BVH files of any program onto SMPL's 24 joints.
 *
 * Joints are found by name (those of SMPL, Mixamo, LaFAN1, CMU's ASF and its conversions, Blender's
 * rigs, Unity and VRM, 3ds Max biped, Poser; with any prefix up to ':', "Left"/"L_"/".L" and the
 * like); the pelvis is where the legs meet, the spine what lies between it and neck or head. What a
 * file cannot do without: hips, knees, ankles, shoulders, elbows, wrists, and a neck or a head.
 * Missing feet, collars and hands stay straight.
 *
 * A skeleton with SMPL's own rest offsets (in m, cm, mm or inches) is taken as it is: what
 * export-motion wrote comes back the same. Others are retargeted by the world's view: every joint
 * gets the orientation that its counterpart has, turned for arms and legs by what takes SMPL's rest
 * bone to the file's (so that A-pose and T-pose rigs move alike); the world is turned so that the
 * rest body stands along y and faces z, and lengths are scaled by the legs'. */
#ifndef LIB_MOTION_IMPORT_BVH_RETARGET_H
#define LIB_MOTION_IMPORT_BVH_RETARGET_H

#include "lib/motion/import/bvh_parse.h"
#include "lib/motion/motion.h"

/* *out is empty on error. Errors do not name the file. */
int bvh_to_motion(const Bvh *b, Motion *out, Error *err);

/* Which joint of b is each of SMPL's, -1 for those that b does not have. Errors name what is
 * missing. */
int bvh_match(const Bvh *b, int match[SMPL_JOINTS], Error *err);

#endif
