#include "lib/motion/euler.h"

#include <math.h>
#include <string.h>

void euler_turn(double r[9], int axis, double angle) {
    int j = (axis + 1) % 3, k = (axis + 2) % 3; /* columns j and k turn, j towards k */
    double c = cos(angle), s = sin(angle);
    for (int row = 0; row < 9; row += 3) {
        double x = r[row + j], y = r[row + k];
        r[row + j] = c * x + s * y;
        r[row + k] = c * y - s * x;
    }
}

/* angle plus the whole turns that bring it next to near. */
static double unwind(double angle, double near) {
    return angle + 2 * M_PI * round((near - angle) / (2 * M_PI));
}

static double take_nearest(double best[3], double least, const double angles[3],
                           const double near[3]) {
    double candidate[3], distance = 0;
    for (int i = 0; i < 3; i++) {
        candidate[i] = unwind(angles[i], near[i]);
        distance += (candidate[i] - near[i]) * (candidate[i] - near[i]);
    }
    if (!(distance < least)) return least;
    memcpy(best, candidate, sizeof candidate);
    return distance;
}

/* With e = 1 for a cyclic order of axes i, j, k and -1 otherwise:
 *     R_ik = e sin b,   R_ii = cos b cos c,   R_jk = -e sin a cos b,   R_kk = cos a cos b. */
void euler_from_rotation(const double r[9], EulerOrder order, const double near[3],
                         double angles[3]) {
    int i = order.axis[0], j = order.axis[1], k = order.axis[2];
    double e = (j - i + 3) % 3 == 1 ? 1 : -1;
    double cosine = hypot(r[3 * i + i], r[3 * i + j]);
    double b = atan2(e * r[3 * i + k], cosine),
           a = cosine > 1e-9 ? atan2(-e * r[3 * j + k], r[3 * k + k]) : near[0];
    /* c by what a leaves, so that near a quarter turn the two make up for each other's rounding:
     * R_i(-a) R = R_j(b) R_k(c), whose row j is e sin c, cos c, 0 in columns i, j, k. */
    double c = atan2(e * cos(a) * r[3 * j + i] + sin(a) * r[3 * k + i],
                     cos(a) * r[3 * j + j] + e * sin(a) * r[3 * k + j]);
    const double one[3] = {a, b, c}, other[3] = {a + M_PI, M_PI - b, c + M_PI};
    double least = take_nearest(angles, INFINITY, one, near);
    take_nearest(angles, least, other, near);
}
