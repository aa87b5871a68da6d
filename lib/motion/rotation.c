/* rotation.c: axis-angle, nearest rotation and angles. */
#include "lib/motion/rotation.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/motion/motion_loops.h"
#include "lib/motion/rotation_iteration.h"
#include "lib/motion/vec3.h"

static void scale3(double a[3], double s) {
    for (int i = 0; i < 3; i++) a[i] *= s;
}

void rotation_multiply(const double a[9], const double b[9], double r[9]) {
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
            r[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
}

void rotation_transpose(const double a[9], double r[9]) {
    for (int i = 0; i < 9; i++) r[i] = a[3 * (i % 3) + i / 3];
}

void rotation_relative(const double a[9], const double b[9], double r[9]) {
    double transposed[9];
    rotation_transpose(a, transposed);
    rotation_multiply(transposed, b, r);
}

void rotation_apply(const double r[9], const double v[3], double out[3]) {
    for (int i = 0; i < 3; i++) out[i] = vec3_dot(r + 3 * i, v);
}

/* R = I + s [v]x + c [v]x^2 with s = sin(t)/t and c = (1 - cos t)/t^2 = (sin(t/2)/(t/2))^2 / 2. */
void rotation_from_axis_angle(const double v[3], double r[9]) {
    double t = vec3_norm(v), half = t / 2;
    double s = t > 1e-8 ? sin(t) / t : 1;
    double h = half > 1e-8 ? sin(half) / half : 1;
    double c = h * h / 2;
    double x = v[0], y = v[1], z = v[2];
    r[0] = 1 - c * (y * y + z * z);
    r[1] = c * x * y - s * z;
    r[2] = c * x * z + s * y;
    r[3] = c * x * y + s * z;
    r[4] = 1 - c * (x * x + z * z);
    r[5] = c * y * z - s * x;
    r[6] = c * x * z - s * y;
    r[7] = c * y * z + s * x;
    r[8] = 1 - c * (x * x + y * y);
}

/* Unit quaternion (x, y, z, w) with w >= 0 by Shepperd's method: the largest of the four is found
 * first and divides the rest. */
static void quaternion(const double r[9], double q[4]) {
    double trace = r[0] + r[4] + r[8];
    double d[4] = {r[0], r[4], r[8], trace};
    int largest = 0;
    for (int i = 1; i < 4; i++)
        if (d[i] > d[largest]) largest = i;
    if (largest == 3) {
        q[0] = r[7] - r[5];
        q[1] = r[2] - r[6];
        q[2] = r[3] - r[1];
        q[3] = 1 + trace;
    } else {
        int i = largest, j = (i + 1) % 3, k = (i + 2) % 3;
        q[i] = 1 + d[i] - d[j] - d[k];
        q[j] = r[3 * j + i] + r[3 * i + j];
        q[k] = r[3 * k + i] + r[3 * i + k];
        q[3] = r[3 * k + j] - r[3 * j + k];
    }
    double norm = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3]);
    if (q[3] < 0) norm = -norm;
    for (int i = 0; i < 4; i++) q[i] /= norm;
}

void rotation_to_axis_angle(const double r[9], double v[3]) {
    double q[4];
    quaternion(r, q);
    double n = vec3_norm(q);
    double factor = n > 0 ? 2 * atan2(n, q[3]) / n : 2;
    for (int i = 0; i < 3; i++) v[i] = factor * q[i];
}

void rotation_between(const double a[3], const double b[3], double r[9]) {
    double axis[3], length = sqrt(vec3_dot(a, a) * vec3_dot(b, b));
    vec3_cross(a, b, axis);
    double sine = vec3_norm(axis), angle = atan2(sine, vec3_dot(a, b));
    if (!(sine > 1e-9 * length)) angle = 0;
    for (int i = 0; i < 3; i++) axis[i] *= sine > 0 ? angle / sine : 0;
    rotation_from_axis_angle(axis, r);
}

/* |A - B| = 2 sqrt 2 sin(t/2) loses nothing near 0; elsewhere the quaternion of A'B, exact up to
 * pi. */
double rotation_angle_between(const double a[9], const double b[9]) {
    double sum = 0;
    for (int i = 0; i < 9; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    double sine = sqrt(sum / 8);
    if (sine < 0.7) return 2 * asin(sine);
    double r[9], q[4];
    rotation_relative(a, b, r);
    quaternion(r, q);
    return 2 * atan2(vec3_norm(q), q[3]);
}

/* --- nearest rotation --- */

/* One-sided Jacobi (Hestenes): turns the columns a of the matrix by v until they are orthogonal, M
 * V = U S. */
static void orthogonalise(double a[3][3], double v[3][3]) {
    static const int pairs[3][2] = {{0, 1}, {0, 2}, {1, 2}};
    for (int sweep = 0; sweep < 40; sweep++) {
        int turned = 0;
        for (int k = 0; k < 3; k++) {
            double *p = a[pairs[k][0]], *q = a[pairs[k][1]];
            double alpha = vec3_dot(p, p), beta = vec3_dot(q, q), gamma = vec3_dot(p, q);
            if (fabs(gamma) <= 1e-16 * sqrt(alpha * beta)) continue;
            turned = 1;
            double zeta = (beta - alpha) / (2 * gamma);
            double t = copysign(1 / (fabs(zeta) + sqrt(1 + zeta * zeta)), zeta);
            double c = 1 / sqrt(1 + t * t), s = c * t;
            double *vp = v[pairs[k][0]], *vq = v[pairs[k][1]];
            for (int i = 0; i < 3; i++) {
                double x = p[i], y = q[i], vx = vp[i], vy = vq[i];
                p[i] = c * x - s * y;
                q[i] = s * x + c * y;
                vp[i] = c * vx - s * vy;
                vq[i] = s * vx + c * vy;
            }
        }
        if (!turned) return;
    }
}

/* b := the unit vector orthogonal to a (a unit vector) in b's direction, any if b has none. */
static void complete(const double a[3], double b[3], double tiny) {
    for (int pass = 0; pass < 2; pass++) { /* twice is enough (Kahan) */
        double along = vec3_dot(a, b);
        for (int i = 0; i < 3; i++) b[i] -= along * a[i];
        double n = vec3_norm(b);
        if (!(n > tiny)) {
            int least = 0;
            for (int i = 1; i < 3; i++)
                if (fabs(a[i]) < fabs(a[least])) least = i;
            double e[3] = {0, 0, 0};
            e[least] = 1;
            vec3_cross(a, e, b);
            n = vec3_norm(b);
        }
        scale3(b, 1 / n);
        tiny = 0.1;
    }
}

/* M = U S V' with s1 >= s2 >= s3: the best rotation is u1 v1' + u2 v2' + (u1 x u2)(v1 x v2)',
 * whatever the signs of U and V. */
static void nearest_by_svd(const double m[9], double r[9]) {
    double largest = 0;
    for (int i = 0; i < 9; i++) {
        if (!isfinite(m[i])) {
            for (int j = 0; j < 9; j++) r[j] = NAN;
            return;
        }
        largest = fmax(largest, fabs(m[i]));
    }
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    if (largest == 0) {
        memcpy(r, identity, sizeof identity);
        return;
    }
    int exponent; /* scaled so that squares neither overflow nor vanish */
    frexp(largest, &exponent);
    double a[3][3], v[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) a[j][i] = ldexp(m[3 * i + j], -exponent);
    orthogonalise(a, v);

    int order[3] = {0, 1, 2};
    double norm[3];
    for (int i = 0; i < 3; i++) norm[i] = vec3_norm(a[i]);
    for (int i = 0; i < 2; i++)
        for (int j = i + 1; j < 3; j++)
            if (norm[order[j]] > norm[order[i]]) {
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
    double *u1 = a[order[0]], *u2 = a[order[1]], u3[3];
    double *v1 = v[order[0]], *v2 = v[order[1]], v3[3];
    scale3(u1, 1 / norm[order[0]]);
    complete(u1, u2, 1e-150);
    vec3_cross(u1, u2, u3);
    scale3(v1, 1 / vec3_norm(v1));
    complete(v1, v2, 0.1);
    vec3_cross(v1, v2, v3);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) r[3 * i + j] = u1[i] * v1[j] + u2[i] * v2[j] + u3[i] * v3[j];
}

void rotation_nearest(const double m[9], double r[9]) {
    bool near_enough;
    nearest_by_iteration(1, m, r, &near_enough);
    if (!near_enough) nearest_by_svd(m, r);
}

void rotation_nearest_all(const double m[9][ROTATION_LANES], double r[9][ROTATION_LANES]) {
    motion_loops_chosen()->nearest_all(m, r);
}

void rotation_slerp(const double a[9], const double b[9], double f, double r[9]) {
    double relative[9], v[3], part[9];
    rotation_relative(a, b, relative);
    rotation_to_axis_angle(relative, v);
    for (size_t i = 0; i < 3; i++) v[i] *= f;
    rotation_from_axis_angle(v, part);
    rotation_multiply(a, part, r);
}
