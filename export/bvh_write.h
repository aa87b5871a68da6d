/* bvh_write.h: Biovision's BVH, the motion format that Blender, MotionBuilder, Maya and most others
 * read.
 *
 * HIERARCHY: the skeleton, depth first. The root's OFFSET is zero and its position channels hold
 * the root joint's own position (translation + rest pelvis), because readers differ in whether they
 * add the two. MOTION: one line a frame, degrees with 6 digits. Channels are Zrotation Xrotation
 * Yrotation (R = Rz Rx Ry), the order that most files have; a joint whose X comes within 15 degrees
 * of a quarter turn somewhere in the clip, where Z and Y would whirl, gets the order that stays
 * furthest from that. */
#ifndef EXPORT_BVH_WRITE_H
#define EXPORT_BVH_WRITE_H

#include "export/clip.h"
#include "lib/base/buffer.h"

/* units: of length per metre, 1 or 100 (centimetres). */
int bvh_write(const Clip *clip, double units, Buffer *out, Error *err);

#endif
