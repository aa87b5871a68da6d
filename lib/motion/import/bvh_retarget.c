#include "lib/motion/import/bvh_retarget.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/numbers.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

typedef struct {
    const Bvh *b;
    Skeleton body; /* SMPL's */
    int match[SMPL_JOINTS];
    double scale; /* metres per unit of the file */
    double world[9]; /* the file's axes to ours */
    double bend[SMPL_JOINTS][9]; /* SMPL's rest pose to the file's, in our axes */
    double *rotations, *places; /* of one frame, [joints, 9] and [joints, 3] */
    double *global, *positions; /* likewise, in the file's world */
} Retarget;

static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

/* --- the two rest poses --- */

static void rest_positions(const Retarget *c, double *file, double ours[3 * SMPL_JOINTS]) {
    for (size_t i = 0; i < c->b->joints; i++)
        for (int k = 0; k < 3; k++)
            file[3 * i + (size_t)k] =
                c->b->joint[i].offset[k] +
                (c->b->joint[i].parent < 0 ? 0 : file[3 * c->b->joint[i].parent + k]);
    for (int j = 0; j < SMPL_JOINTS; j++)
        for (int k = 0; k < 3; k++)
            ours[3 * j + k] =
                c->body.offsets[3 * j + k] + (j ? ours[3 * c->body.parents[j] + k] : 0);
}

/* One of the 24 turns that take axes to axes: the one that stands the body up. */
static int find_world(Retarget *c, const double *file, Error *err) {
    const int *m = c->match;
    int top = m[12] >= 0 ? m[12] : m[15];
    double up[3], left[3], ahead[3];
    for (int k = 0; k < 3; k++) {
        up[k] = file[3 * top + k] - (file[3 * m[1] + k] + file[3 * m[2] + k]) / 2;
        left[k] = file[3 * m[1] + k] - file[3 * m[2] + k];
    }
    vec3_cross(left, up, ahead);
    vec3_cross(up, ahead, left);
    double rough[9], size[3] = {vec3_norm(left), vec3_norm(up), vec3_norm(ahead)};
    for (int i = 0; i < 3; i++)
        if (!(size[i] > 0 && isfinite(size[i])))
            return error_set(err, "its rest pose has no height or no width: left and right hip, "
                                  "and neck or head, must lie apart");
    for (int k = 0; k < 3; k++)
        rough[k] = left[k] / size[0], rough[3 + k] = up[k] / size[1],
        rough[6 + k] = ahead[k] / size[2];
    double best = -4;
    static const int orders[6][3] = {{0, 1, 2}, {1, 2, 0}, {2, 0, 1},
                                     {0, 2, 1}, {2, 1, 0}, {1, 0, 2}}; /* the last three are odd */
    for (int o = 0; o < 6; o++)
        for (int signs = 0; signs < 8; signs++) {
            bool odd = (o >= 3) ^ ((signs >> 2 & 1) ^ (signs >> 1 & 1) ^ (signs & 1));
            double candidate[9] = {0}, sum = 0;
            if (odd) continue; /* a mirror */
            for (int i = 0; i < 3; i++) {
                candidate[3 * i + orders[o][i]] = signs >> i & 1 ? -1 : 1;
                sum += candidate[3 * i + orders[o][i]] * rough[3 * i + orders[o][i]];
            }
            if (sum > best) {
                best = sum;
                memcpy(c->world, candidate, sizeof candidate);
            }
        }
    return 0;
}

/* SMPL's own skeleton in one of the usual units: -1 if it is another. */
static double own_unit(const Retarget *c) {
    static const double units[] = {1, 0.01, 0.001, 0.0254}; /* metres per unit */
    if (c->b->joints != SMPL_JOINTS) return -1;
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        double worst = 0;
        for (int j = 1; j < SMPL_JOINTS; j++) {
            if (c->match[j] < 0 || c->b->joint[c->match[j]].parent != c->match[c->body.parents[j]])
                return -1;
            for (int k = 0; k < 3; k++)
                worst = fmax(worst, fabs(c->b->joint[c->match[j]].offset[k] * units[u] -
                                         c->body.offsets[3 * j + k]));
        }
        if (worst < 1e-4) return units[u];
    }
    return -1;
}

static double length_between(const double *positions, int a, int b) {
    double d[3];
    return vec3_between(positions + 3 * b, positions + 3 * a, d);
}

/* What takes SMPL's rest bone to the file's: upper and lower arms and legs; hands go with the lower
 * arm. */
static void find_bends(Retarget *c, const double *file, const double *ours) {
    static const int bones[8][2] = {{1, 4},   {2, 5},   {4, 7},   {5, 8},
                                    {16, 18}, {17, 19}, {18, 20}, {19, 21}};
    for (int i = 0; i < 8; i++) {
        int from = bones[i][0], to = bones[i][1];
        double bone[3], target[3], mine[3];
        for (int k = 0; k < 3; k++) {
            bone[k] = file[3 * c->match[to] + k] - file[3 * c->match[from] + k];
            mine[k] = ours[3 * to + k] - ours[3 * from + k];
        }
        rotation_apply(c->world, bone, target);
        rotation_between(mine, target, c->bend[from]);
    }
    for (int j = 20; j < SMPL_JOINTS; j++)
        memcpy(c->bend[j], c->bend[j % 2 ? 19 : 18], sizeof c->bend[j]);
}

static int compare_bodies(Retarget *c, Error *err) {
    double ours[3 * SMPL_JOINTS];
    for (int j = 0; j < SMPL_JOINTS; j++) memcpy(c->bend[j], identity, sizeof identity);
    memcpy(c->world, identity, sizeof identity);
    c->scale = own_unit(c);
    if (c->scale > 0) return 0;
    double *file = c->positions;
    rest_positions(c, file, ours);
    if (find_world(c, file, err)) return -1;
    double legs = 0, mine = 0;
    for (int side = 1; side <= 2; side++) {
        legs += length_between(file, c->match[side], c->match[side + 3]) +
                length_between(file, c->match[side + 3], c->match[side + 6]);
        mine += length_between(ours, side, side + 3) + length_between(ours, side + 3, side + 6);
    }
    if (!(legs > 0 && isfinite(legs) && isfinite(mine / legs)))
        return error_set(err, "its legs have no length");
    c->scale = mine / legs;
    find_bends(c, file, ours);
    return 0;
}

/* --- frames --- */

static void file_kinematics(Retarget *c, size_t t) {
    bvh_frame(c->b, t, c->rotations, c->places);
    for (size_t i = 0; i < c->b->joints; i++) {
        int parent = c->b->joint[i].parent;
        double *g = c->global + 9 * i, *p = c->positions + 3 * i;
        if (parent < 0) {
            memcpy(g, c->rotations, 9 * sizeof *g);
            memcpy(p, c->places, 3 * sizeof *p);
            continue;
        }
        rotation_multiply(c->global + 9 * parent, c->rotations + 9 * i, g);
        rotation_apply(c->global + 9 * parent, c->places + 3 * i, p);
        for (int k = 0; k < 3; k++) p[k] += c->positions[3 * parent + k];
    }
}

/* Orientations in our world, then each relative to its parent; joints that the file lacks go with
 * theirs. */
static void take_frame(Retarget *c, size_t t, float *frame) {
    double global[SMPL_JOINTS][9], back[9], pelvis[3];
    rotation_transpose(c->world, back);
    file_kinematics(c, t);
    rotation_apply(c->world, c->positions + 3 * c->match[0], pelvis);
    for (int k = 0; k < 3; k++) frame[k] = (float)(pelvis[k] * c->scale - c->body.offsets[k]);
    for (int j = 0; j < SMPL_JOINTS; j++) {
        int parent = c->body.parents[j];
        double local[9];
        memcpy(local, identity, sizeof local);
        if (c->match[j] < 0) {
            memcpy(global[j], global[parent], sizeof global[j]);
        } else {
            double half[9], turned[9];
            rotation_multiply(c->world, c->global + 9 * c->match[j], half);
            rotation_multiply(half, back, turned);
            rotation_multiply(turned, c->bend[j], global[j]);
            if (parent < 0)
                memcpy(local, global[j], sizeof local);
            else
                rotation_relative(global[parent], global[j], local);
        }
        for (int k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)local[k];
    }
}

/* Frame Time has few digits: 0.0083333 means 120 frames a second. */
static double frame_rate(double frame_time) {
    double fps = 1 / frame_time, whole = round(fps);
    return whole > 0 && fabs(fps - whole) < 2e-4 * whole ? whole : fps;
}

static int convert(Retarget *c, Motion *out, Error *err) {
    size_t n = c->b->joints;
    c->rotations = malloc(9 * n * sizeof *c->rotations);
    c->global = malloc(9 * n * sizeof *c->global);
    c->places = malloc(3 * n * sizeof *c->places);
    c->positions = malloc(3 * n * sizeof *c->positions);
    if (!c->rotations || !c->global || !c->places || !c->positions)
        return error_set(err, "out of memory for %zu joints", n);
    if (compare_bodies(c, err) || motion_new(out, c->b->frames, SMPL_JOINTS, err)) return -1;
    out->fps = frame_rate(c->b->frame_time);
    if (!isfinite(out->fps)) return error_set(err, "Frame Time is %g: too short", c->b->frame_time);
    for (size_t t = 0; t < out->frames; t++) take_frame(c, t, out->data + t * motion_dim(out));
    size_t count = out->frames * motion_dim(out), bad = floats_first_nonfinite(out->data, count);
    return bad == count
               ? 0
               : error_set(err, "a position in frame %zu is too large", bad / motion_dim(out));
}

int bvh_to_motion(const Bvh *b, Motion *out, Error *err) {
    *out = (Motion){0};
    Retarget c = {.b = b};
    int status =
        bvh_match(b, c.match, err) || skeleton_smpl(&c.body, err) ? -1 : convert(&c, out, err);
    free(c.rotations);
    free(c.global);
    free(c.places);
    free(c.positions);
    skeleton_free(&c.body);
    if (status) motion_free(out);
    return status;
}
