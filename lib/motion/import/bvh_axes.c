/* bvh_axes.c: which way is up in a BVH file, in its zero pose and in its motion. */
#include <math.h>
#include <string.h>

#include "lib/motion/import/bvh_body.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

static int top_joint(const Retarget *c) { return c->match[12] >= 0 ? c->match[12] : c->match[15]; }

static void middle(const double *positions, int a, int b, double out[3]) {
    for (int k = 0; k < 3; k++) out[k] = (positions[3 * a + k] + positions[3 * b + k]) / 2;
}

/* Directions of left and right leg and of the trunk; false where one has no length. */
static bool directions(const Retarget *c, const double *p, double legs[2][3], double trunk[3]) {
    const int *m = c->match;
    double hips[3];
    middle(p, m[1], m[2], hips);
    double height = vec3_between(hips, p + 3 * top_joint(c), trunk);
    double least = height;
    for (int side = 0; side < 2; side++) {
        double length = vec3_between(p + 3 * m[1 + side], p + 3 * m[7 + side], legs[side]);
        least = fmin(least, length);
        vec3_normalise(legs[side]);
    }
    vec3_normalise(trunk);
    return isfinite(least) && least > 0;
}

bool bvh_rest_stands(const Retarget *c, const double *positions) {
    double legs[2][3], trunk[3], width[3];
    if (!directions(c, positions, legs, trunk)) return false;
    vec3_between(positions + 3 * c->match[2], positions + 3 * c->match[1], width);
    vec3_normalise(width);
    return vec3_dot(legs[0], trunk) < -0.6 && vec3_dot(legs[1], trunk) < -0.6 &&
           vec3_dot(legs[0], legs[1]) > 0.3 && fabs(vec3_dot(width, trunk)) < 0.6;
}

/* The turn of the axes nearest to the one that `rough`, three rows, is. */
static void nearest_turn(const double rough[9], double out[9]) {
    static const int orders[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1},
                                     {0, 2, 1}, {2, 1, 0}, {1, 0, 2}}; /* the last three are odd */
    double best = -4;
    for (int o = 0; o < 6; o++)
        for (int signs = 0; signs < 8; signs++) {
            int odd = (o >= 3) ^ (signs >> 2 & 1) ^ (signs >> 1 & 1) ^ (signs & 1);
            double candidate[9] = {0}, sum = 0;
            if (odd) continue; /* a mirror */
            for (int i = 0; i < 3; i++) {
                candidate[3 * i + orders[o][i]] = signs >> i & 1 ? -1 : 1;
                sum += candidate[3 * i + orders[o][i]] * rough[3 * i + orders[o][i]];
            }
            if (sum > best) {
                best = sum;
                memcpy(out, candidate, sizeof candidate);
            }
        }
}

int bvh_find_rest(Retarget *c, const double *positions, Error *err) {
    const int *m = c->match;
    double hips[3], up[3], left[3], ahead[3], rough[9];
    middle(positions, m[1], m[2], hips);
    vec3_between(hips, positions + 3 * top_joint(c), up);
    vec3_between(positions + 3 * m[2], positions + 3 * m[1], left);
    vec3_cross(left, up, ahead);
    vec3_cross(up, ahead, left);
    double *rows[3] = {left, up, ahead};
    for (int i = 0; i < 3; i++) {
        double size = vec3_normalise(rows[i]);
        if (!(size > 0 && isfinite(size)))
            return error_set(err, "its rest pose has no height or no width: left and right hip, "
                                  "and neck or head, must lie apart");
        memcpy(rough + 3 * i, rows[i], 3 * sizeof *rough);
    }
    nearest_turn(rough, c->rest);
    return 0;
}

/* Mean over the frames of the direction from the ankles to neck or head, in the file's axes. */
static void mean_up(Retarget *c, double up[3]) {
    memset(up, 0, 3 * sizeof *up);
    size_t n = bvh_sample_count(c->b);
    for (size_t i = 0; i < n; i++) {
        double ankles[3], d[3];
        bvh_kinematics(c, bvh_sample_frame(c->b, i));
        middle(c->positions, c->match[7], c->match[8], ankles);
        vec3_between(ankles, c->positions + 3 * top_joint(c), d);
        double length = vec3_normalise(d);
        if (!isfinite(length)) continue;
        for (int k = 0; k < 3; k++) up[k] += d[k] / (double)n;
    }
}

/* +-1, +-2, +-3: the axis nearest to a direction, and the direction's part along it. */
static int nearest_axis(const double v[3], double *part) {
    int axis = 0;
    for (int k = 1; k < 3; k++)
        if (fabs(v[k]) > fabs(v[axis])) axis = k;
    *part = fabs(v[axis]);
    return v[axis] < 0 ? -(axis + 1) : axis + 1;
}

static void axis_vector(int axis, double v[3]) {
    memset(v, 0, 3 * sizeof *v);
    v[(axis < 0 ? -axis : axis) - 1] = axis < 0 ? -1 : 1;
}

/* The turn that takes the axis `up` to y and, where it is given, `forward` to z. */
static void turn_from_axes(int up, int forward, double out[9]) {
    static const double y[3] = {0, 1, 0};
    double u[3], f[3], left[3];
    axis_vector(up, u);
    if (forward) {
        axis_vector(forward, f);
        vec3_cross(u, f, left);
        memcpy(out, left, sizeof left);
        memcpy(out + 3, u, sizeof u);
        memcpy(out + 6, f, sizeof f);
    } else if (up == -2) { /* the shortest turn is not one: about x */
        static const double about_x[9] = {1, 0, 0, 0, -1, 0, 0, 0, -1};
        memcpy(out, about_x, sizeof about_x);
    } else {
        rotation_between(u, y, out);
    }
}

static const char *axis_name(int axis) {
    static const char *const names[7] = {"-z", "-y", "-x", "?", "x", "y", "z"};
    return names[axis + 3];
}

void bvh_find_world(Retarget *c, bool stands, Error *note) {
    double up[3], part, rest_up[3];
    const double y[3] = {0, 1, 0};
    int wanted = c->options->up, forward = c->options->forward;
    memcpy(c->world, stands ? c->rest : identity, sizeof c->world);
    if (wanted || forward) {
        turn_from_axes(wanted ? wanted : 2, forward, c->world);
        return;
    }
    mean_up(c, up);
    int axis = nearest_axis(up, &part);
    if (stands) {
        double back[9];
        rotation_transpose(c->rest, back);
        rotation_apply(back, y, rest_up);
        /* Clearly along another axis than the zero pose's, or the zero pose's it is. */
        if (vec3_dot(up, rest_up) > 0.3 || part < 0.7) return;
        turn_from_axes(axis, 0, c->world);
        error_set(note,
                  "the rest pose stands along %s but the motion along %s: taken as %s up; --up "
                  "says otherwise",
                  axis_name(nearest_axis(rest_up, &part)), axis_name(axis), axis_name(axis));
        return;
    }
    if (part >= 0.5)
        turn_from_axes(axis, 0, c->world);
    else
        axis = 2;
    if (axis != 2 || part < 0.5)
        error_set(note,
                  "the zero pose does not stand and the motion %s: taken as %s up; --up and "
                  "--forward say otherwise",
                  part < 0.5 ? "is not upright either" : "does not stand along y", axis_name(axis));
}
