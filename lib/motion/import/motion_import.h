/* motion_import.h: motions as other projects keep them, told apart by keys and shapes, into ours
 * (motion.h).
 *
 * AIST++ .pkl: smpl_poses [N, 72] or [N, 24, 3] axis-angle, smpl_trans [N, 3], smpl_scaling
 * (absent: 1), 60 fps; translation = smpl_trans / smpl_scaling; genre and music from the file's
 * name. EDGE .pkl: the same keys, z up, with full_pose instead of smpl_scaling, 30 fps; made y up.
 * AMASS-like .npz: poses [N, 3 per joint] (72 columns: SMPL's 24 joints; 66 and more: the 22 joints
 * of the body, hands straight), trans [N, 3] metres, mocap_framerate or mocap_frame_rate; z up,
 * made y up. .bvh: as bvh_retarget.h says. Ours, .npy and mint's [T, 225]: as motion_read. */
#ifndef LIB_MOTION_IMPORT_MOTION_IMPORT_H
#define LIB_MOTION_IMPORT_MOTION_IMPORT_H

#include "lib/motion/import/bvh_retarget.h"

/* What the user says of the files; all zero: nothing. */
typedef struct {
    BvhOptions bvh;
} MotionImportOptions;

/* options may be NULL. *out is empty on error. Errors begin with the path; where the kind of file
 * is known, they say which file to pass instead. note (may be NULL): what was guessed, in one
 * sentence that begins with the path; its text is empty where nothing was. */
int motion_import(const char *path, const MotionImportOptions *options, Motion *out, Error *note,
                  Error *err);

#endif
