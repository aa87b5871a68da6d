/* bvh_calibrate.c: rigs whose zero pose is not a standing body (every bone along one axis, as
 * MotionBuilder and Maya write them). Their zero pose says nothing; what SMPL's rest pose is to
 * each joint's frame is taken from one frame of the motion instead, the one whose limbs are nearest
 * to SMPL's rest pose: there the bones lie where the file has them, and their twist is their
 * parent's. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "lib/motion/import/bvh_body.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

enum { PELVIS = 0, CHEST = 9, NECK = 12, HEAD = 15 };

/* The joint at the end of a joint's bone; -1: it has none of its own. */
static const int bone_end[SMPL_JOINTS] = {-1, 4,  5,  6,  7,  8,  9,  10, 11, -1, -1, -1,
                                          15, 16, 17, -1, 18, 19, 20, 21, 22, 23, -1, -1};

/* A frame of axes from "left" and "up": rows left, up, ahead. */
static bool axes_from(const double left[3], const double up[3], double out[9]) {
    double x[3], y[3], z[3];
    memcpy(y, up, sizeof y);
    double height = vec3_normalise(y);
    vec3_cross(left, y, z);
    double width = vec3_normalise(z);
    vec3_cross(y, z, x);
    memcpy(out, x, sizeof x);
    memcpy(out + 3, y, sizeof y);
    memcpy(out + 6, z, sizeof z);
    return height > 0 && width > 0 && isfinite(height) && isfinite(width);
}

/* Position of SMPL's joint j in frame c->positions, in our axes. */
static void file_position(const Retarget *c, int j, double out[3]) {
    rotation_apply(c->world, c->positions + 3 * c->match[j], out);
}

/* The orientation of pelvis or chest that three joints give: SMPL's rest pose turned to the file's.
 */
static bool trunk_orientation(const Retarget *c, int left, int right, int base, int top,
                              double out[9]) {
    double mine[9], file[9], back[9], p[4][3], x[3], y[3];
    const int joints[4] = {left, right, base, top};
    for (int i = 0; i < 4; i++) file_position(c, joints[i], p[i]);
    vec3_between(p[1], p[0], x);
    vec3_between(p[2], p[3], y);
    if (!axes_from(x, y, file)) return false;
    vec3_between(c->ours + 3 * right, c->ours + 3 * left, x);
    vec3_between(c->ours + 3 * base, c->ours + 3 * top, y);
    axes_from(x, y, mine);
    rotation_transpose(file, back);
    rotation_multiply(back, mine, out);
    return true;
}

static int trunk_top(const Retarget *c) { return c->match[NECK] >= 0 ? NECK : HEAD; }

static bool pelvis_orientation(const Retarget *c, double out[9]) {
    int above = c->match[3] >= 0 ? 3 : trunk_top(c);
    return trunk_orientation(c, 1, 2, 0, above, out);
}

/* How far from SMPL's rest pose the limbs are, as the pelvis sees them; DBL_MAX: cannot be told. */
static double distance_from_rest(const Retarget *c) {
    static const int bones[][2] = {{1, 4},   {2, 5},   {4, 7},   {5, 8},
                                   {16, 18}, {17, 19}, {18, 20}, {19, 21}};
    double pelvis[9], back[9], sum = 0;
    if (!pelvis_orientation(c, pelvis)) return DBL_MAX;
    rotation_transpose(pelvis, back);
    for (size_t i = 0; i < sizeof bones / sizeof *bones; i++) {
        double from[3], to[3], bone[3], seen[3], mine[3];
        file_position(c, bones[i][0], from);
        file_position(c, bones[i][1], to);
        vec3_between(from, to, bone);
        rotation_apply(back, bone, seen);
        vec3_between(c->ours + 3 * bones[i][0], c->ours + 3 * bones[i][1], mine);
        vec3_normalise(seen);
        vec3_normalise(mine);
        sum += 1 - vec3_dot(seen, mine);
    }
    return isfinite(sum) ? sum : DBL_MAX;
}

/* The next joint along the bone that the file has; -1: none. */
static int matched_end(const Retarget *c, int j) {
    int end = j == CHEST ? trunk_top(c) : bone_end[j];
    while (end >= 0 && c->match[end] < 0) end = end == CHEST ? trunk_top(c) : bone_end[end];
    return end;
}

/* The parent's orientation, and then by the shortest way onto the file's bone. */
static void follow(const Retarget *c, int j, const double parent[9], double out[9]) {
    int end = matched_end(c, j);
    memcpy(out, parent, 9 * sizeof *out);
    if (end < 0 || end == j) return;
    double from[3], to[3], bone[3], mine[3], turned[3], turn[9];
    file_position(c, j, from);
    file_position(c, end, to);
    vec3_between(from, to, bone);
    vec3_between(c->ours + 3 * j, c->ours + 3 * end, mine);
    rotation_apply(parent, mine, turned);
    rotation_between(turned, bone, turn);
    rotation_multiply(turn, parent, out);
}

static void orient_all(Retarget *c, double global[SMPL_JOINTS][9]) {
    for (int j = 0; j < SMPL_JOINTS; j++) {
        int parent = c->body.parents[j];
        if (j == PELVIS)
            pelvis_orientation(c, global[j]);
        else if (c->match[j] < 0)
            memcpy(global[j], global[parent], sizeof global[j]);
        else if (j != CHEST || !trunk_orientation(c, 16, 17, CHEST, trunk_top(c), global[j]))
            follow(c, j, global[parent], global[j]);
    }
}

/* bend = (W R W')' G: what G is to the joint's own frame. */
static void bend_from(Retarget *c, double global[SMPL_JOINTS][9]) {
    double back[9], half[9], turned[9];
    rotation_transpose(c->rest, back);
    for (int j = 0; j < SMPL_JOINTS; j++) {
        if (c->match[j] < 0) continue;
        rotation_multiply(c->world, c->global + 9 * c->match[j], half);
        rotation_multiply(half, back, turned);
        rotation_relative(turned, global[j], c->bend[j]);
    }
}

static double leg_lengths(const double *positions, const int joints[SMPL_JOINTS]) {
    double sum = 0, d[3];
    for (int side = 1; side <= 2; side++)
        for (int part = 0; part < 2; part++) {
            int from = side + 3 * part;
            sum += vec3_between(positions + 3 * joints[from], positions + 3 * joints[from + 3], d);
        }
    return sum;
}

int bvh_calibrate(Retarget *c, Error *err) {
    int own[SMPL_JOINTS];
    double global[SMPL_JOINTS][9], least = DBL_MAX;
    size_t best = 0, samples = bvh_sample_count(c->b);
    for (size_t i = 0; i < samples; i++) {
        size_t t = bvh_sample_frame(c->b, i);
        bvh_kinematics(c, t);
        double distance = distance_from_rest(c);
        if (distance < least) {
            least = distance;
            best = t;
        }
    }
    if (least == DBL_MAX)
        return error_set(err, "its body has no height or no width: left and right hip, and spine, "
                              "neck or head, must lie apart");
    bvh_kinematics(c, best);
    for (int j = 0; j < SMPL_JOINTS; j++) own[j] = j;
    double legs = leg_lengths(c->positions, c->match);
    double mine = leg_lengths(c->ours, own);
    if (!(legs > 0 && isfinite(legs) && isfinite(mine / legs)))
        return error_set(err, "its legs have no length");
    c->scale = mine / legs;
    orient_all(c, global);
    bend_from(c, global);
    return 0;
}
