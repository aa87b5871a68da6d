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
 * gets the orientation that its counterpart has, turned by what takes SMPL's rest bone to the
 * file's (so that A-pose and T-pose rigs move alike), and lengths are scaled by the legs'. A rig
 * whose zero pose does not stand is compared with SMPL's in one frame of its motion
 * (bvh_calibrate.c). The world is turned so that the body stands along y: by the rest pose, unless
 * the motion clearly stands along another axis (z-up motion on a y-up rest pose), or by the
 * options. */
#ifndef LIB_MOTION_IMPORT_BVH_RETARGET_H
#define LIB_MOTION_IMPORT_BVH_RETARGET_H

#include "lib/motion/import/bvh_parse.h"
#include "lib/motion/motion.h"

enum { BVH_NAMES = SMPL_JOINTS };

/* What the user says of a file; all zero: nothing. */
typedef struct {
    int up, forward; /* axes of the motion that point up and ahead: 1, 2, 3 for x, y, z, negative
                        for the opposite; 0: to be found. up and forward must be different axes */
    const char *const *names; /* [BVH_NAMES] the file's name of each of SMPL's joints, NULL for
                                 those that are to be found; NULL: all are to be found */
} BvhOptions;

/* options may be NULL. *out is empty on error. Errors do not name the file. note (may be NULL):
 * what was guessed, in one sentence; its text is empty where nothing was. */
int bvh_to_motion(const Bvh *b, const BvhOptions *options, Motion *out, Error *note, Error *err);

/* Names for BvhOptions from a file: on each line a joint of SMPL's, by any name that joint_map_find
 * knows, a blank, and the BVH file's name for it; '#' begins a comment. */
typedef struct {
    const char *names[BVH_NAMES]; /* views of text */
    char *text; /* owned */
} BvhNames;

/* *out is empty on error. Errors begin with the path. */
int bvh_names_read(const char *path, BvhNames *out, Error *err);
void bvh_names_free(BvhNames *n);

/* Which joint of b is each of SMPL's, -1 for those that b does not have. names as in BvhOptions.
 * Errors name what is missing. */
int bvh_match(const Bvh *b, const char *const *names, int match[SMPL_JOINTS], Error *err);

#endif
