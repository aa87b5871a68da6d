#include "export/figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/loft.h"
#include "export/mannequin.h"
#include "lib/motion/vec3.h"

/* A bone of a skeleton that is not a person's. */
static void add_spindle(Loft *l, const double *rest, int from, int to) {
    static const double profile[][2] = {{0, 0.4},   {0.08, 0.75}, {0.2, 1},
                                        {0.5, 0.8}, {0.8, 0.55},  {1, 0.35}};
    static const double sideways[2][3] = {{0, 0, 1}, {1, 0, 0}};
    enum { COUNT = sizeof profile / sizeof *profile };
    Ring rings[COUNT];
    double axis[3];
    for (int k = 0; k < 3; k++) axis[k] = rest[3 * to + k] - rest[3 * from + k];
    double length = vec3_norm(axis), radius = fmin(0.14 * length, 0.06);
    if (!(length > 1e-6)) return;
    for (int i = 0; i < COUNT; i++) {
        rings[i] = (Ring){
            .a = radius * profile[i][1], .b = radius * profile[i][1], .joint = from, .next = from};
        for (int k = 0; k < 3; k++)
            rings[i].centre[k] = rest[3 * from + k] + profile[i][0] * axis[k];
    }
    vec3_normalise(axis);
    for (int i = 0; i < COUNT; i++) ring_orient(&rings[i], axis, sideways[fabs(axis[2]) > 0.9]);
    loft_add(l, rings, COUNT);
}

/* Sum of the triangles' normals around each vertex, their areas as weights. */
static void add_normals(Figure *f) {
    memset(f->normal, 0, 3 * f->vertices * sizeof *f->normal);
    for (size_t t = 0; t < f->triangles; t++) {
        const uint32_t *v = f->index + 3 * t;
        double a[3], b[3], n[3];
        for (size_t k = 0; k < 3; k++) {
            a[k] = (double)(f->position[3 * v[1] + k] - f->position[3 * v[0] + k]);
            b[k] = (double)(f->position[3 * v[2] + k] - f->position[3 * v[0] + k]);
        }
        vec3_cross(a, b, n);
        for (size_t c = 0; c < 3; c++)
            for (size_t k = 0; k < 3; k++) f->normal[3 * v[c] + k] += (float)(1e4 * n[k]);
    }
    for (size_t i = 0; i < f->vertices; i++) {
        double n[3] = {(double)f->normal[3 * i], (double)f->normal[3 * i + 1],
                       (double)f->normal[3 * i + 2]};
        if (!(vec3_normalise(n) > 0)) n[1] = 1;
        for (size_t k = 0; k < 3; k++) f->normal[3 * i + k] = (float)n[k];
    }
}

int figure_new(Figure *out, const Skeleton *s, Error *err) {
    *out = (Figure){0};
    Loft loft = {.figure = out};
    double *rest = malloc(3 * s->joints * sizeof *rest);
    if (!rest) return error_set(err, "out of memory for %zu joints", s->joints);
    skeleton_rest_positions(s, rest);
    if (mannequin_fits(s))
        mannequin_add(&loft, s, rest);
    else
        for (size_t j = 1; j < s->joints; j++) add_spindle(&loft, rest, s->parents[j], (int)j);
    free(rest);
    if (loft.failed) {
        figure_free(out);
        return error_set(err, "out of memory for the figure");
    }
    if (out->vertices) add_normals(out);
    return 0;
}

void figure_free(Figure *f) {
    free(f->position);
    free(f->normal);
    free(f->joint);
    free(f->weight);
    free(f->index);
    *f = (Figure){0};
}

/* --- linear blend skinning --- */

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
