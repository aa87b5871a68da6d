/* quaternion.h: rotations as unit quaternions (w, x, y, z). */
#ifndef LIB_MOTION_QUATERNION_H
#define LIB_MOTION_QUATERNION_H

/* q of the rotation r (row-major 3x3), the largest component positive: the stable one of Shepperd's
 * four formulas (1978). */
void quaternion_from_rotation(const double r[9], double q[4]);

#endif
