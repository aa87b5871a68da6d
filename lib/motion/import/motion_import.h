/* motion_import.h: motions as other projects keep them, told apart by keys and shapes, into ours
 * (motion.h).
 *
 * AIST++ .pkl: smpl_poses [N, 72] or [N, 24, 3] axis-angle, smpl_trans [N, 3], smpl_scaling
 * (absent: 1), 60 fps; translation = smpl_trans / smpl_scaling; genre and music from the file's
 * name. EDGE: generated .pkl, the same keys, z up, with full_pose instead of smpl_scaling, 30 fps,
 * made y up; training data {pos, q} and {pos, q, scale}, y up, 60 fps. FineDance: .pkl with
 * smpl_poses [N, 156], .npy [T, 315] and [T, 319], y up, 30 fps: SMPL-H's 52 joints; LODGE .npy [T,
 * 139]. AMASS-like .npz and .pkl: poses [N, 3 per joint] (72 columns: SMPL's 24 joints; 66 and
 * more: the 22 joints of the body, hands straight, unless they are asked for), trans [N, 3] metres,
 * mocap_framerate or mocap_frame_rate; z up, made y up. .bvh: as bvh_retarget.h says.
 * Human3.6M's exponential maps, .txt: as h36m_text.h says. Ours, .npy
 * [T, 3 + 9 J] and mint's [T, 225]: as motion_read. */
#ifndef LIB_MOTION_IMPORT_MOTION_IMPORT_H
#define LIB_MOTION_IMPORT_MOTION_IMPORT_H

#include <stdbool.h>

#include "lib/motion/import/bvh_retarget.h"

/* Endings of the files that are read, for file_expand; NULL-terminated. Not .txt: most texts in a
 * folder are no motion. */
extern const char *const motion_import_endings[];

/* What the user says of the files; all zero: nothing. */
typedef struct {
    BvhOptions bvh;
    bool hands; /* SMPL-H and SMPL-X of AMASS: SMPL-H's 52 joints instead of SMPL's 24 */
} MotionImportOptions;

/* options may be NULL. *out is empty on error. Errors begin with the path; where the kind of file
 * is known, they say which file to pass instead. note (may be NULL): what was guessed, in one
 * sentence that begins with the path; its text is empty where nothing was. */
int motion_import(const char *path, const MotionImportOptions *options, Motion *out, Error *note,
                  Error *err);

#endif
