/* mannequin.h: the parts of a human figure around skeletons that begin as SMPL's does. The shape is
 * made of ellipses along the limbs (mannequin.c's tables), not taken from SMPL's mesh, so no other
 * licence rests on it. */
#ifndef EXPORT_MANNEQUIN_H
#define EXPORT_MANNEQUIN_H

#include <stdbool.h>

#include "export/loft.h"
#include "lib/motion/skeleton.h"

/* Do the first 22 joints hang together as SMPL's do (SMPL, SMPL-H, SMPL-X)? */
bool mannequin_fits(const Skeleton *s);

/* rest: [joints, 3]. Parts scale with the legs. A body of 24 joints gets mittens; others get a palm
 * and a finger around every chain of joints that hangs from a wrist. Joints of the face are left
 * out: they lie within the head. */
void mannequin_add(Loft *l, const Skeleton *s, const double *rest);

#endif
