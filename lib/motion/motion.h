/* motion.h: the one representation of movement that all modules share.
 *
 * A frame is 3 + 9 J floats: root translation in metres (y up), then J row-major 3x3 rotation
 * matrices relative to the parent joint. J comes from the data. */
#ifndef LIB_MOTION_MOTION_H
#define LIB_MOTION_MOTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/formats/tensor.h"
#include "lib/motion/rotation.h"
#include "lib/motion/skeleton.h"

typedef struct {
    size_t frames, joints;
    float *data; /* [frames, 3 + 9 joints], owned */
    double fps;
    bool fps_assumed; /* the file does not say its rate; 60 was taken */
    int64_t seed_frames; /* frames given, not generated; 0 for real dance */
    char *genre, *music; /* owned, "" if unknown */
} Motion;

static inline size_t motion_dim(const Motion *m) { return 3 + 9 * m->joints; }
/* Joints of a frame of so many numbers. */
static inline size_t joints_of_dim(size_t dim) { return (dim - 3) / 9; }

/* Reads .npz (`motion` [T, 3+9J] and optional scalars), bare .npy of the same, or mint's [T, 225]
 * (6 zero columns first, dropped). Refuses wrong shapes, no frames, non-finite values, seed_frames
 * outside 0..T, an fps that is not believed (lib/formats/scalar.h), more than JOINTS_MAX joints.
 * *out is empty on error. Errors begin with the path. */
int motion_read(const char *path, Motion *out, Error *err);
/* The same from a file's arrays, one of which may be taken over. */
int motion_from_tensors(Tensors *set, Motion *out, Error *err);
int motion_write(const char *path, const Motion *m, Error *err);
int motion_new(Motion *out, size_t frames, size_t joints,
               Error *err); /* zeroed, 60 fps, no seed, empty names */
int motion_set_names(Motion *m, const char *genre, const char *music, Error *err);
void motion_free(Motion *m);

/* Genre and music of an AIST++ sequence name "gBR_sBM_cAll_d04_mBR0_ch01": "BR" and "mBR0" into 16-
 * and 32-byte buffers. -1 if the name is not one. */
int aist_parse_name(const char *name, char genre[16], char music[32]);

/* Joint positions [frames, joints, 3] in metres, float64, by forward kinematics: matrices are
 * projected to the nearest rotation first; the root lies at translation + offsets[0]. m and s must
 * have the same number of joints. positions is the caller's. */
void motion_joints(const Motion *m, const Skeleton *s, double *positions);

/* The projected rotations [frames, joints, 9] alone, and both at once. */
void motion_rotations(const Motion *m, double *rotations);
void motion_pose(const Motion *m, const Skeleton *s, double *rotations, double *positions);

#endif
