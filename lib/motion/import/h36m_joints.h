/* h36m_joints.h: Human3.6M as joint positions: VideoPose3D's data_3d_h36m.npz (Pavllo et al. 2019,
 * data/prepare_data_h36m.py): one pickled object, {subject: {action: f32 [T, 32, 3]}}, metres, z
 * up, 50 frames a second.
 *
 * Of the 32 joints those 17 are taken that move (h36m_dataset.py). Rotations are found from the
 * directions of bones, for a body that stands with its arms stretched out, y up, facing z: hips and
 * thorax, with three bones each, are turned onto them in the sense of least squares, other joints
 * by the smallest turn that takes their bone where it points; how a bone turns about itself is not
 * known. */
#ifndef LIB_MOTION_IMPORT_H36M_JOINTS_H
#define LIB_MOTION_IMPORT_H36M_JOINTS_H

#include "lib/base/file_map.h"
#include "lib/formats/pickle.h"
#include "lib/motion/motion.h"

enum { H36M_BODY = 17 };

/* A recording: "S1-Walking_1", of the action "Walking". */
typedef struct {
    char *name, *action; /* owned */
    const PickleValue *positions;
} H36mTake;

typedef struct {
    Pickle *pickle; /* owned, and with it what takes point to */
    unsigned char *bytes; /* owned: what was packed; NULL where the file is mapped */
    FileMap file;
    H36mTake *items; /* [count], by name */
    size_t count;
} H36mTakes;

/* Whether a file is a .npz with such a member. */
bool h36m_takes_found(const char *path);
/* *out is empty on error. Errors begin with the path. */
int h36m_takes_read(const char *path, H36mTakes *out, Error *err);
void h36m_takes_free(H36mTakes *t);

/* The 17 joints of a take [T, 17, 3], y up: *positions owned, *frames of them. Arrays of 17 joints
 * are taken, too. Errors begin with the take's name. */
int h36m_take_positions(const H36mTake *t, double **positions, size_t *frames, Error *err);

/* The body whose bones have these lengths [17], metres (the root's is not looked at). */
int h36m_skeleton(const double *lengths, Skeleton *out, Error *err);
/* Adds the lengths of bones, frame by frame, to sums [17]. */
void h36m_add_lengths(const double *positions, size_t frames, double *sums);
/* Rotations from positions [frames, 17, 3]; 50 frames a second. */
int h36m_motion(const double *positions, size_t frames, Motion *out, Error *err);

#endif
