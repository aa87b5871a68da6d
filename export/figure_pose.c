/* figure_pose.c: linear blend skinning. */
#include <math.h>

#include "export/figure.h"

/* out += weight * (R v + t) */
static void add_turned(const double r[9], const double v[3], const double t[3], double weight,
                       double out[3]) {
    for (int i = 0; i < 3; i++)
        out[i] += weight * (r[3 * i] * v[0] + r[3 * i + 1] * v[1] + r[3 * i + 2] * v[2] + t[i]);
}

void figure_pose(const Figure *f, const Skeleton *s, const double *joints, const double *globals,
                 float *position, float *normal) {
    static const double zero[3] = {0, 0, 0};
    double rest[3 * JOINTS_MAX];
    skeleton_rest_positions(s, rest);
    for (size_t i = 0; i < f->vertices; i++) {
        double p[3] = {0}, n[3] = {0}, length = 0;
        for (size_t w = 0; w < 2; w++) {
            size_t j = f->joint[2 * i + w];
            double weight = (double)f->weight[2 * i + w], v[3], normal_at[3];
            if (!(weight > 0)) continue;
            for (size_t k = 0; k < 3; k++) {
                v[k] = (double)f->position[3 * i + k] - rest[3 * j + k];
                normal_at[k] = (double)f->normal[3 * i + k];
            }
            add_turned(globals + 9 * j, v, joints + 3 * j, weight, p);
            add_turned(globals + 9 * j, normal_at, zero, weight, n);
        }
        for (size_t k = 0; k < 3; k++) length += n[k] * n[k];
        length = length > 0 ? sqrt(length) : 1;
        for (size_t k = 0; k < 3; k++) {
            position[3 * i + k] = (float)p[k];
            normal[3 * i + k] = (float)(n[k] / length);
        }
    }
}
