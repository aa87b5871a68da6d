/* mirror.h: motion as in a mirror: left and right exchanged.
 *
 * The body is reflected at the plane x = 0 of SMPL's axes, M = diag(-1, 1, 1): translations become
 * M x, and a joint gets M R M of the joint on the other side. It is exact: twice mirrored is the
 * same to the bit. The rest pose is taken to be symmetric, which SMPL's is within millimetres. */
#ifndef LIB_MOTION_MIRROR_H
#define LIB_MOTION_MIRROR_H

#include <stdbool.h>
#include <stddef.h>

enum { MIRROR_MAX_JOINTS = 52 };

/* Whether it is known which joint is opposite to which: SMPL's 24, SMPL-H's 52. */
bool mirror_known(size_t joints);
/* The joint on the other side, or the joint itself; of a known body. */
size_t mirror_joint(size_t joints, size_t joint);

/* frames [count, 3 + 9 joints] of a known body, in place. */
void mirror_frames(float *frames, size_t count, size_t joints);

#endif
