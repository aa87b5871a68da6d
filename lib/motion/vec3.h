/* vec3.h: vectors of three doubles. An output may not be one of the inputs. */
#ifndef LIB_MOTION_VEC3_H
#define LIB_MOTION_VEC3_H

#include <math.h>

static inline double vec3_dot(const double a[3], const double b[3]) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* out = a x b. */
static inline void vec3_cross(const double a[3], const double b[3], double out[3]) {
    out[0] = a[1] * b[2] - a[2] * b[1];
    out[1] = a[2] * b[0] - a[0] * b[2];
    out[2] = a[0] * b[1] - a[1] * b[0];
}

static inline double vec3_norm(const double v[3]) { return sqrt(vec3_dot(v, v)); }

/* v /= |v|. Returns the norm; a vector of norm 0 (or NaN) stays as it is. */
static inline double vec3_normalise(double v[3]) {
    double norm = vec3_norm(v);
    for (int i = 0; i < 3 && norm > 0; i++) v[i] /= norm;
    return norm;
}

/* out = to - from. Returns its norm. */
static inline double vec3_between(const double from[3], const double to[3], double out[3]) {
    for (int i = 0; i < 3; i++) out[i] = to[i] - from[i];
    return vec3_norm(out);
}

/* out = v without its part along the unit vector u. */
static inline void vec3_reject(const double v[3], const double u[3], double out[3]) {
    double along = vec3_dot(v, u);
    for (int i = 0; i < 3; i++) out[i] = v[i] - along * u[i];
}

#endif
