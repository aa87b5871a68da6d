/* bvh_body.h: what the parts of the BVH retargeting share: bvh_retarget.c (frames), bvh_axes.c
 * (which way is up), bvh_calibrate.c (rigs whose zero pose does not stand). */
#ifndef LIB_MOTION_IMPORT_BVH_BODY_H
#define LIB_MOTION_IMPORT_BVH_BODY_H

#include <stdbool.h>

#include "lib/motion/import/bvh_retarget.h"

typedef struct {
    const Bvh *b;
    const BvhOptions *options;
    Skeleton body; /* SMPL's */
    double ours[3 * SMPL_JOINTS]; /* positions of its rest pose */
    int match[SMPL_JOINTS];
    double scale; /* metres per unit of the file */
    double world[9]; /* the axes of the file's motion to ours */
    double rest[9]; /* the axes of the file's zero pose to ours */
    double bend[SMPL_JOINTS][9]; /* SMPL's rest pose to the file's, in our axes */
    double *rotations, *places; /* of one frame, [joints, 9] and [joints, 3] */
    double *global, *positions; /* likewise, in the file's world */
} Retarget;

/* Positions [joints, 3] of the file's zero pose. */
void bvh_rest_positions(const Bvh *b, double *positions);

/* c->global and c->positions of frame t. */
void bvh_kinematics(Retarget *c, size_t t);

/* Frames to look at when all of a long file are too many: `at` of `count`. */
size_t bvh_sample_count(const Bvh *b);
size_t bvh_sample_frame(const Bvh *b, size_t at);

/* --- bvh_axes.c --- */

/* Does the zero pose stand: legs along one direction, the trunk along the opposite one? */
bool bvh_rest_stands(const Retarget *c, const double *positions);
/* c->rest of a zero pose that stands: one of the 24 turns of the axes that makes it stand along y
 * and face z. */
int bvh_find_rest(Retarget *c, const double *positions, Error *err);
/* c->world, from the options, the zero pose and the motion; a guess is written into note. */
void bvh_find_world(Retarget *c, bool stands, Error *note);

/* --- bvh_calibrate.c --- */

/* c->bend and c->scale of a rig whose zero pose does not stand, from the frame that is nearest to
 * SMPL's rest pose. */
int bvh_calibrate(Retarget *c, Error *err);

#endif
