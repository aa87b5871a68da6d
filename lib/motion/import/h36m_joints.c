#include "lib/motion/import/h36m_joints.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/vec3.h"

enum { ALL_JOINTS = 32 };
static const double FPS = 50;

/* Hip, right leg, left leg, spine, thorax, neck, head, left arm, right arm. */
static const size_t kept[H36M_BODY] = {0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27};
static const int parents[H36M_BODY] = {-1, 0, 1, 2, 0, 4, 5, 0, 7, 8, 9, 8, 11, 12, 8, 14, 15};
/* Directions of the bones at rest. */
static const double rest[H36M_BODY][3] = {
    {0, 0, 0},  {-1, 0, 0}, {0, -1, 0}, {0, -1, 0}, {1, 0, 0}, {0, -1, 0},
    {0, -1, 0}, {0, 1, 0},  {0, 1, 0},  {0, 1, 0},  {0, 1, 0}, {1, 0, 0},
    {1, 0, 0},  {1, 0, 0},  {-1, 0, 0}, {-1, 0, 0}, {-1, 0, 0}};

/* --- positions --- */

int h36m_take_positions(const H36mTake *t, double **positions, size_t *frames, Error *err) {
    Tensor x;
    char text[200];
    *positions = NULL;
    if (pickle_tensor(t->positions, &x, err)) return error_prefix(err, t->name);
    int status = 0;
    if (x.rank != 3 || x.shape[0] == 0 || x.shape[2] != 3 ||
        (x.shape[1] != ALL_JOINTS && x.shape[1] != H36M_BODY))
        status = error_set(err, "joints must be [T, 32, 3] or [T, 17, 3], not %s",
                           tensor_shape_text(&x, text));
    if (status == 0) status = tensor_convert(&x, TENSOR_F64, err);
    if (status == 0) status = tensor_check_finite(&x, err);
    double *p = status ? NULL : malloc(3 * H36M_BODY * x.shape[0] * sizeof *p);
    if (status == 0 && !p) status = error_set(err, "out of memory");
    for (size_t f = 0; status == 0 && f < x.shape[0]; f++)
        for (size_t j = 0; j < H36M_BODY; j++) {
            const size_t from = x.shape[1] == ALL_JOINTS ? kept[j] : j;
            const double *v = tensor_f64(&x) + 3 * (f * x.shape[1] + from);
            double *to = p + 3 * (f * H36M_BODY + j);
            to[0] = v[0];
            to[1] = v[2]; /* z up to y up */
            to[2] = -v[1];
        }
    *frames = status ? 0 : x.shape[0];
    *positions = p;
    tensor_free(&x);
    return status ? error_prefix(err, t->name) : 0;
}

/* --- the body --- */

void h36m_add_lengths(const double *positions, size_t frames, double *sums) {
    for (size_t f = 0; f < frames; f++)
        for (size_t j = 1; j < H36M_BODY; j++) {
            const double *frame = positions + 3 * H36M_BODY * f;
            double bone[3];
            sums[j] += vec3_between(frame + 3 * parents[j], frame + 3 * j, bone);
        }
}

int h36m_skeleton(const double *lengths, Skeleton *out, Error *err) {
    *out = (Skeleton){.joints = H36M_BODY,
                      .parents = malloc(sizeof parents),
                      .offsets = malloc(3 * H36M_BODY * sizeof *out->offsets)};
    if (!out->parents || !out->offsets) {
        skeleton_free(out);
        return error_set(err, "out of memory");
    }
    memcpy(out->parents, parents, sizeof parents);
    for (size_t j = 0; j < H36M_BODY; j++)
        for (size_t k = 0; k < 3; k++)
            out->offsets[3 * j + k] = rest[j][k] == 0 ? 0 : rest[j][k] * lengths[j];
    return 0;
}

/* --- rotations --- */

/* The joint's rotation in the world from the directions of its bones; above: its parent's. */
static void find_rotation(const double *frame, size_t joint, const double above[9], double out[9]) {
    double sum[9] = {0}, bone[3], along[3], swing[9];
    size_t bones = 0;
    for (size_t c = joint + 1; c < H36M_BODY; c++) {
        if (parents[c] != (int)joint) continue;
        vec3_between(frame + 3 * joint, frame + 3 * c, bone);
        vec3_normalise(bone);
        for (size_t i = 0; i < 3; i++)
            for (size_t k = 0; k < 3; k++) sum[3 * i + k] += bone[i] * rest[c][k];
        rotation_apply(above, rest[c], along);
        bones++;
    }
    memcpy(out, above, 9 * sizeof *out);
    if (bones == 1) {
        rotation_between(along, bone, swing);
        rotation_multiply(swing, above, out);
    } else if (bones > 1)
        rotation_nearest(sum, out);
}

static void fill_frame(const double *positions, float *frame) {
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double global[H36M_BODY][9], local[9];
    for (size_t k = 0; k < 3; k++) frame[k] = (float)positions[k];
    for (size_t j = 0; j < H36M_BODY; j++) {
        const double *above = j ? global[parents[j]] : identity;
        find_rotation(positions, j, above, global[j]);
        rotation_relative(above, global[j], local);
        for (size_t k = 0; k < 9; k++) frame[3 + 9 * j + k] = (float)local[k];
    }
}

int h36m_motion(const double *positions, size_t frames, Motion *out, Error *err) {
    if (motion_new(out, frames, H36M_BODY, err)) return -1;
    out->fps = FPS;
    for (size_t f = 0; f < frames; f++)
        fill_frame(positions + 3 * H36M_BODY * f, out->data + f * motion_dim(out));
    return 0;
}
