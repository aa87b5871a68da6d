#include "lib/motion/import/bvh_retarget.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/numbers.h"
#include "lib/formats/scalar.h"
#include "lib/motion/import/bvh_body.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};

/* --- the two rest poses --- */

void bvh_rest_positions(const Bvh *b, double *positions) {
    for (size_t i = 0; i < b->joints; i++) {
        const BvhJoint *j = &b->joint[i];
        for (int k = 0; k < 3; k++)
            positions[3 * i + (size_t)k] =
                j->offset[k] + (j->parent < 0 ? 0 : positions[3 * j->parent + k]);
    }
}

enum { SAMPLES = 300 };

size_t bvh_sample_count(const Bvh *b) { return b->frames < SAMPLES ? b->frames : SAMPLES; }

size_t bvh_sample_frame(const Bvh *b, size_t at) {
    return b->frames <= SAMPLES ? at : at * (b->frames - 1) / (SAMPLES - 1);
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
static void find_bends(Retarget *c, const double *file) {
    static const int bones[8][2] = {{1, 4},   {2, 5},   {4, 7},   {5, 8},
                                    {16, 18}, {17, 19}, {18, 20}, {19, 21}};
    for (int i = 0; i < 8; i++) {
        int from = bones[i][0], to = bones[i][1];
        double bone[3], target[3], mine[3];
        for (int k = 0; k < 3; k++) {
            bone[k] = file[3 * c->match[to] + k] - file[3 * c->match[from] + k];
            mine[k] = c->ours[3 * to + k] - c->ours[3 * from + k];
        }
        rotation_apply(c->rest, bone, target);
        rotation_between(mine, target, c->bend[from]);
    }
    for (int j = 20; j < SMPL_JOINTS; j++)
        memcpy(c->bend[j], c->bend[j % 2 ? 19 : 18], sizeof c->bend[j]);
}

/* A zero pose that stands: both bodies side by side. */
static int compare_bodies(Retarget *c, const double *file, Error *err) {
    double legs = 0, mine = 0;
    for (int side = 1; side <= 2; side++) {
        legs += length_between(file, c->match[side], c->match[side + 3]) +
                length_between(file, c->match[side + 3], c->match[side + 6]);
        mine +=
            length_between(c->ours, side, side + 3) + length_between(c->ours, side + 3, side + 6);
    }
    if (!(legs > 0 && isfinite(legs) && isfinite(mine / legs)))
        return error_set(err, "its legs have no length");
    c->scale = mine / legs;
    find_bends(c, file);
    return 0;
}

static int prepare(Retarget *c, Error *note, Error *err) {
    double *file = c->positions;
    skeleton_rest_positions(&c->body, c->ours);
    for (int j = 0; j < SMPL_JOINTS; j++) memcpy(c->bend[j], identity, sizeof identity);
    memcpy(c->rest, identity, sizeof identity);
    c->scale = own_unit(c);
    if (c->scale > 0) {
        bvh_find_world(c, true, note);
        return 0;
    }
    bvh_rest_positions(c->b, file);
    if (bvh_rest_stands(c, file)) {
        if (bvh_find_rest(c, file, err) || compare_bodies(c, file, err)) return -1;
        bvh_find_world(c, true, note);
        return 0;
    }
    bvh_find_world(c, false, note);
    memcpy(c->rest, c->world, sizeof c->rest);
    return bvh_calibrate(c, err);
}

/* --- frames --- */

void bvh_kinematics(Retarget *c, size_t t) {
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
    rotation_transpose(c->rest, back);
    bvh_kinematics(c, t);
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

/* The whole rate whose frame time, rounded or cut to as many digits as the file has, is the file's:
 * 0.0333 is 30 and 0.01666 is 60. Of several, one that programs use. */
static double frame_rate(const Bvh *b) {
    static const double usual[] = {30, 60, 120, 24, 25, 50, 90, 100, 240, 72, 48, 15, 20, 10, 150};
    double fps = 1 / b->frame_time;
    double whole = round(fps);
    double digit = 1.0000001 * pow(10, -b->frame_time_digits);
    double low = 1 / (b->frame_time + digit);
    double high = b->frame_time > digit / 2 ? 1 / (b->frame_time - digit / 2) : HUGE_VAL;
    if (whole > 0 && fabs(fps - whole) < 1e-9 * whole) return whole;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i] >= low && usual[i] <= high) return usual[i];
    return whole >= low && whole <= high && whole > 0 ? whole : fps;
}

static int convert(Retarget *c, Motion *out, Error *note, Error *err) {
    size_t n = c->b->joints;
    c->rotations = malloc(9 * n * sizeof *c->rotations);
    c->global = malloc(9 * n * sizeof *c->global);
    c->places = malloc(3 * n * sizeof *c->places);
    c->positions = malloc(3 * n * sizeof *c->positions);
    if (!c->rotations || !c->global || !c->places || !c->positions)
        return error_set(err, "out of memory for %zu joints", n);
    if (prepare(c, note, err) || motion_new(out, c->b->frames, SMPL_JOINTS, err)) return -1;
    out->fps = frame_rate(c->b);
    if (scalar_check(&scalar_fps, out->fps, err)) return error_prefix(err, "Frame Time");
    for (size_t t = 0; t < out->frames; t++) take_frame(c, t, out->data + t * motion_dim(out));
    size_t count = out->frames * motion_dim(out), bad = floats_first_nonfinite(out->data, count);
    return bad == count
               ? 0
               : error_set(err, "a position in frame %zu is too large", bad / motion_dim(out));
}

int bvh_to_motion(const Bvh *b, const BvhOptions *options, Motion *out, Error *note, Error *err) {
    static const BvhOptions none = {0};
    Error ignored;
    *out = (Motion){0};
    Retarget c = {.b = b, .options = options ? options : &none};
    if (!note) note = &ignored;
    note->text[0] = '\0';
    int status = bvh_match(b, c.options->names, c.match, err) || skeleton_smpl(&c.body, err)
                     ? -1
                     : convert(&c, out, note, err);
    free(c.rotations);
    free(c.global);
    free(c.places);
    free(c.positions);
    skeleton_free(&c.body);
    if (status) motion_free(out);
    return status;
}
