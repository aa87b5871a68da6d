/* skeleton.h: bodies as trees of joints with rest offsets. */
#ifndef LIB_MOTION_SKELETON_H
#define LIB_MOTION_SKELETON_H

#include <stddef.h>

#include "lib/base/error.h"

enum {
    SMPL_JOINTS = 24,
    SMPLH_JOINTS = 52,
    JOINTS_MAX = 1024 /* what readers take */
};

typedef struct {
    size_t joints;
    int *parents; /* [joints], -1 for the root, parents before children; owned */
    double *offsets; /* [joints, 3] metres in the parent's frame; row 0 is the rest pelvis; owned */
} Skeleton;

/* SMPL's 24 joints, male rest offsets. */
int skeleton_smpl(Skeleton *out, Error *err);
/* SMPL-H's 52 joints: SMPL's body up to the wrists (0 to 21), then the left hand's 15 (index,
 * middle, pinky, ring, thumb, three each), then the right's. Lengths of the fingers are an adult's
 * mean (Buryanov and Kotiuk 2010, Int. J. Morphol. 28(3), table 1), not those of SMPL-H's files. */
int skeleton_smplh(Skeleton *out, Error *err);
/* What a program's --skeleton FILE says: skeleton_read, or without one (NULL) skeleton_smpl. */
int skeleton_choose(const char *path, Skeleton *out, Error *err);
/* From .npz: `parents` [J], `offsets` [J, 3]. Checks that joint 0 is the only root and parents
 * precede children. */
int skeleton_read(const char *path, Skeleton *out, Error *err);
void skeleton_free(Skeleton *s);

/* The skeletons of a program that takes motions of several bodies: the one of --skeleton FILE for
 * all, or the built-in ones by the number of joints. */
typedef struct {
    Skeleton given; /* no joints if there is none */
    Skeleton smpl, smplh;
} Skeletons;

/* path: NULL without --skeleton. *out is empty on error. */
int skeletons_open(Skeletons *out, const char *path, Error *err);
/* Borrowed from s. Without a given one, bodies of other numbers of joints are an error. */
int skeletons_find(const Skeletons *s, size_t joints, const Skeleton **out, Error *err);
void skeletons_free(Skeletons *s);

/* Joint positions [joints, 3] of the rest pose, the root's at its offset. */
void skeleton_rest_positions(const Skeleton *s, double *positions);
/* Rotations in the world [joints, 9] from those relative to the parent. */
void skeleton_global_rotations(const Skeleton *s, const double *local, double *global);

#endif
