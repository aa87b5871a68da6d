/* figure.h: a plain figure around a skeleton: a mesh in the rest pose whose vertices follow one or
 * two joints (linear blend skinning). Bodies that begin as SMPL's does get a mannequin
 * (mannequin.h), with fingers where they have them; other skeletons get a spindle around every
 * bone. */
#ifndef EXPORT_FIGURE_H
#define EXPORT_FIGURE_H

#include <stdint.h>

#include "lib/base/error.h"
#include "lib/motion/skeleton.h"

typedef struct {
    size_t vertices, triangles;
    float *position, *normal; /* [vertices, 3] rest pose: root at the rest pelvis, metres */
    uint16_t *joint; /* [vertices, 2] */
    float *weight; /* [vertices, 2], sum 1 */
    uint32_t *index; /* [triangles, 3] counter-clockwise from outside */
} Figure;

/* *out owns its arrays and is empty on error. */
int figure_new(Figure *out, const Skeleton *s, Error *err);
void figure_free(Figure *f);

/* The figure in a pose: joints' positions [joints, 3] and global rotations [joints, 9] into
 * position and normal [vertices, 3] (normals of unit length).
 */
void figure_pose(const Figure *f, const Skeleton *s, const double *joints, const double *globals,
                 float *position, float *normal);

#endif
