/* smpl_frames.h: poses as other projects keep them, axis-angles or six numbers a joint, into frames
 * of ours (motion.h). */
#ifndef LIB_MOTION_IMPORT_SMPL_FRAMES_H
#define LIB_MOTION_IMPORT_SMPL_FRAMES_H

#include <stdbool.h>

#include "lib/motion/motion.h"

typedef enum {
    POSE_AXIS_ANGLE, /* 3 numbers a joint: angle times axis, radians */
    POSE_SIX /* 6: the first two rows of the matrix (Zhou et al. 2019, as PyTorch3D has them) */
} PoseKind;

/* How a file keeps its poses. */
typedef struct {
    PoseKind kind;
    size_t joints; /* of the result: SMPL_JOINTS or SMPLH_JOINTS */
    const int *from; /* [joints] which of the file's joints each one is, -1: it stays straight */
    double fps;
    double scaling; /* translations are divided by it */
    bool z_up; /* made y up */
    bool pelvis; /* z_up: the root joint lies at translation + rest pelvis, as ours does; else at
                    the translation */
} SmplLayout;

/* Which of a file's joints SMPL's 24 and SMPL-H's 52 are. */
extern const int smpl_from_smpl[SMPL_JOINTS]; /* all of them */
extern const int
    smpl_from_body[SMPL_JOINTS]; /* the 22 of the body, hands straight: SMPL-H, SMPL-X */
extern const int smplh_from_smplh[SMPLH_JOINTS]; /* all of them */
extern const int smplh_from_smplx[SMPLH_JOINTS]; /* SMPL-X's 55: without jaw and eyes */

/* poses: [N, ...] float, joints outermost; trans [N, 3] metres. Both are converted to float64 in
 * place. *out is empty on error. */
int smpl_frames(Tensor *poses, Tensor *trans, const SmplLayout *layout, Motion *out, Error *err);

#endif
