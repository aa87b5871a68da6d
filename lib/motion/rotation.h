/* rotation.h: rotations as row-major 3x3 matrices in float64. Outputs must not overlap inputs. */
#ifndef LIB_MOTION_ROTATION_H
#define LIB_MOTION_ROTATION_H

/* Rodrigues' formula, exact near 0. The length of v is the angle in radians, its direction the
 * axis. */
void rotation_from_axis_angle(const double v[3], double r[9]);
/* Inverse: angle in [0, pi]; at pi either axis may come. r must be a rotation. */
void rotation_to_axis_angle(const double r[9], double v[3]);
/* The rotation (det +1) nearest to m in Frobenius norm (orthogonal Procrustes by SVD; mint's
 * get_closest_rotmat). Any m: singular, mirrored and zero matrices have several nearest rotations
 * and get one of them (zero: the identity); a matrix with NaN or infinity gives NaNs. */
void rotation_nearest(const double m[9], double r[9]);
/* The same, to the bit, for several at once: entry k of matrix l is m[k][l]. */
enum { ROTATION_LANES = 8 };
void rotation_nearest_all(const double m[9][ROTATION_LANES], double r[9][ROTATION_LANES]);
/* Angle between two rotations, radians in [0, pi], exact near 0 and pi. */
double rotation_angle_between(const double a[9], const double b[9]);
/* r = a b. */
void rotation_multiply(const double a[9], const double b[9], double r[9]);
void rotation_transpose(const double a[9], double r[9]);
/* r = a' b: b as seen from a. */
void rotation_relative(const double a[9], const double b[9], double r[9]);
/* From a (f = 0) to b (f = 1) about one axis at constant speed, the short way; f between. */
void rotation_slerp(const double a[9], const double b[9], double f, double r[9]);
/* out = r v. */
void rotation_apply(const double r[9], const double v[3], double out[3]);
/* The shortest rotation that takes a's direction to b's; the identity where they are opposite or
 * one of them is zero. */
void rotation_between(const double a[3], const double b[3], double r[9]);

#endif
