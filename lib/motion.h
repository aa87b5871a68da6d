/* motion.h: the one representation of movement that everybody shares (DESIGN: Representations).
 *
 * A frame is 3 + 9 J floats: root translation in metres (y up), then J row-major 3x3 rotation matrices relative to the
 * parent joint. J comes from the data. */
#ifndef LIB_MOTION_H
#define LIB_MOTION_H

#include <stddef.h>
#include <stdint.h>

#include "tensor.h"

enum { SMPL_JOINTS = 24 };

typedef struct {
    size_t frames, joints;
    float *data;         /* [frames, 3 + 9 joints], owned */
    double fps;
    int64_t seed_frames; /* frames given, not generated; 0 for real dance */
    char *genre, *music; /* owned, "" if unknown */
} Motion;

static inline size_t motion_dim(const Motion *m) { return 3 + 9 * m->joints; }

/* Reads .npz (`motion` [T, 3+9J] and optional scalars), bare .npy of the same, or mint's [T, 225] (6 zero columns first, dropped).
 * Refuses wrong shapes, no frames, non-finite values, seed_frames outside 0..T, fps not positive. *out is empty on error. Errors begin with the path. */
int motion_read(const char *path, Motion *out, Error *err);
int motion_write(const char *path, const Motion *m, Error *err);
int motion_new(Motion *out, size_t frames, size_t joints, Error *err); /* zeroed, 60 fps, no seed, empty names */
int motion_set_names(Motion *m, const char *genre, const char *music, Error *err);
void motion_free(Motion *m);

/* Genre and music of an AIST++ sequence name "gBR_sBM_cAll_d04_mBR0_ch01": "BR" and "mBR0" into 16- and 32-byte buffers. -1 if the name is not one. */
int aist_parse_name(const char *name, char genre[16], char music[32]);

/* --- rotations, row-major 3x3, float64 --- */

/* Rodrigues' formula, exact near 0. */
void rotation_from_axis_angle(const double v[3], double r[9]);
/* Inverse: angle in [0, pi]. r must be a rotation. */
void rotation_to_axis_angle(const double r[9], double v[3]);
/* The rotation (det +1) nearest to m in Frobenius norm (orthogonal Procrustes by SVD; mint's get_closest_rotmat). Any m. */
void rotation_nearest(const double m[9], double r[9]);
/* Angle between two rotations, radians, exact near 0 and pi. */
double rotation_angle_between(const double a[9], const double b[9]);

/* --- skeleton --- */

typedef struct {
    size_t joints;
    int *parents;    /* [joints], -1 for the root, parents before children; owned */
    double *offsets; /* [joints, 3] metres in the parent's frame; row 0 is the rest pelvis; owned */
} Skeleton;

/* SMPL's 24 joints, male rest offsets. */
int skeleton_smpl(Skeleton *out, Error *err);
/* From .npz: `parents` [J], `offsets` [J, 3]. Checks that joint 0 is the only root and parents precede children. */
int skeleton_read(const char *path, Skeleton *out, Error *err);
void skeleton_free(Skeleton *s);

/* Joint positions [frames, joints, 3] in metres, float64, by forward kinematics: matrices are projected to the nearest
 * rotation first; the root lies at translation + offsets[0]. positions is the caller's. */
void motion_joints(const Motion *m, const Skeleton *s, double *positions);

#endif
