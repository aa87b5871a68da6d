/* rotation_iteration.h: the nearest rotations of matrices that are almost rotations, side by side.
 */
#ifndef LIB_MOTION_ROTATION_ITERATION_H
#define LIB_MOTION_ROTATION_ITERATION_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/motion/rotation.h"

/* Where M is almost a rotation: X <- X (15 I - 10 Y + 3 Y^2) / 8 with Y = X'X leaves M's polar
 * factor alone and cubes X's distance from it (Higham 2008, section 8.3). n matrices side by side,
 * entry k of matrix l at [k n + l], so that one loop over l does the same to all. near_enough[l] is
 * false for what is further away than that series reaches quickly, or mirrored. */
static inline __attribute__((always_inline)) void nearest_by_iteration(size_t n, const double *m,
                                                                       double *r,
                                                                       bool *near_enough) {
    double off[ROTATION_LANES], determinant[ROTATION_LANES], done[ROTATION_LANES];
    memcpy(r, m, 9 * n * sizeof *r);
    for (size_t l = 0; l < n; l++) {
        const double *x = m + l;
        determinant[l] = x[0] * (x[4 * n] * x[8 * n] - x[5 * n] * x[7 * n]) -
                         x[n] * (x[3 * n] * x[8 * n] - x[5 * n] * x[6 * n]) +
                         x[2 * n] * (x[3 * n] * x[7 * n] - x[4 * n] * x[6 * n]);
        done[l] = 0;
    }
    for (int step = 0; step < 8; step++) {
        for (size_t l = 0; l < n; l++) {
            double x[9], next[9];
            for (size_t k = 0; k < 9; k++) x[k] = r[k * n + l];
            double a = x[0] * x[0] + x[3] * x[3] + x[6] * x[6],
                   b = x[1] * x[1] + x[4] * x[4] + x[7] * x[7],
                   c = x[2] * x[2] + x[5] * x[5] + x[8] * x[8];
            double d = x[0] * x[1] + x[3] * x[4] + x[6] * x[7],
                   e = x[0] * x[2] + x[3] * x[5] + x[6] * x[8],
                   f = x[1] * x[2] + x[4] * x[5] + x[7] * x[8];
            off[l] = fabs(a - 1) + fabs(b - 1) + fabs(c - 1) + fabs(d) + fabs(e) + fabs(f);
            double p = (15 + 3 * (a * a + d * d + e * e) - 10 * a) / 8,
                   q = (15 + 3 * (d * d + b * b + f * f) - 10 * b) / 8,
                   s = (15 + 3 * (e * e + f * f + c * c) - 10 * c) / 8;
            double t = (3 * (a * d + d * b + e * f) - 10 * d) / 8,
                   u = (3 * (a * e + d * f + e * c) - 10 * e) / 8,
                   v = (3 * (d * e + b * f + f * c) - 10 * f) / 8;
            for (size_t i = 0; i < 9; i += 3) {
                next[i] = x[i] * p + x[i + 1] * t + x[i + 2] * u;
                next[i + 1] = x[i] * t + x[i + 1] * q + x[i + 2] * v;
                next[i + 2] = x[i] * u + x[i + 1] * v + x[i + 2] * s;
            }
            for (size_t k = 0; k < 9; k++) r[k * n + l] = done[l] > 0 ? x[k] : next[k];
        }
        bool open = false;
        for (size_t l = 0; l < n; l++) {
            if (step == 0) near_enough[l] = determinant[l] >= 0;
            if (!(done[l] > 0 || off[l] < 0.5)) near_enough[l] = false;
            if (off[l] < 1e-5 || !near_enough[l]) done[l] = 1;
            open |= !(done[l] > 0);
        }
        if (!open) return;
    }
    for (size_t l = 0; l < n; l++) near_enough[l] = near_enough[l] && done[l] > 0;
}

#endif
