/* euler.h: rotations as three turns about axes, as BVH files keep them. Angles in radians, matrices
 * row-major. */
#ifndef LIB_MOTION_EULER_H
#define LIB_MOTION_EULER_H

/* Three different axes (0 x, 1 y, 2 z): R = R_axis0(angle0) R_axis1(angle1) R_axis2(angle2), the
 * order in which BVH lists its channels. */
typedef struct {
    int axis[3];
} EulerOrder;

/* r = r R_axis(angle), in place. */
void euler_turn(double r[9], int axis, double angle);

/* Angles of r. Of all triples that mean r it gives the one nearest to `near`, whole turns included,
 * so that what moves continuously is written continuously; where the second angle is a quarter turn
 * and the two others mean the same, the first stays as it was. */
void euler_from_rotation(const double r[9], EulerOrder order, const double near[3],
                         double angles[3]);

#endif
