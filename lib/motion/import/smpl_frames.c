#include "lib/motion/import/smpl_frames.h"

#include <math.h>
#include <string.h>

#include "lib/base/numbers.h"
#include "lib/motion/rotation.h"
#include "lib/motion/vec3.h"

const int smpl_from_smpl[SMPL_JOINTS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                         12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
const int smpl_from_body[SMPL_JOINTS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11,
                                         12, 13, 14, 15, 16, 17, 18, 19, 20, 21, -1, -1};
const int smplh_from_smplh[SMPLH_JOINTS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                            13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
                                            26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
                                            39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51};
const int smplh_from_smplx[SMPLH_JOINTS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
                                            13, 14, 15, 16, 17, 18, 19, 20, 21, 25, 26, 27, 28,
                                            29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41,
                                            42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54};

static int check_shapes(Tensor *poses, Tensor *trans, Error *err) {
    char text[200];
    if (trans->rank != 2 || trans->shape[1] != 3)
        return error_set(err, "translations must be [N, 3], not %s",
                         tensor_shape_text(trans, text));
    if (poses->shape[0] == 0) return error_set(err, "the motion has no frames");
    if (poses->shape[0] != trans->shape[0])
        return error_set(err, "%zu frames of poses but %zu of translations", poses->shape[0],
                         trans->shape[0]);
    if (tensor_convert(poses, TENSOR_F64, err) || tensor_check_finite(poses, err))
        return error_prefix(err, "poses");
    if (tensor_convert(trans, TENSOR_F64, err) || tensor_check_finite(trans, err))
        return error_prefix(err, "translations");
    return 0;
}

/* Rows x and y made orthonormal in this order, and z = x cross y; false where they have no
 * direction. */
static bool rotation_from_six(const double six[6], double r[9]) {
    double along = 0;
    memcpy(r, six, 6 * sizeof *r);
    double x = vec3_normalise(r);
    along = vec3_dot(r, r + 3);
    for (int k = 0; k < 3; k++) r[3 + k] -= along * r[k];
    double y = vec3_normalise(r + 3);
    vec3_cross(r, r + 3, r + 6);
    return x > 1e-6 && y > 1e-6 && isfinite(x) && isfinite(y);
}

/* y up from z up: (x, y, z) -> (x, z, -y). */
static const double upright[9] = {1, 0, 0, 0, 0, 1, 0, -1, 0};

static void take_translation(const double *trans, const SmplLayout *l, const double *pelvis,
                             float *frame) {
    double t[3];
    for (int i = 0; i < 3; i++) t[i] = trans[i] / l->scaling;
    if (l->z_up) {
        double p[3];
        for (int i = 0; i < 3; i++) p[i] = t[i] + (l->pelvis ? pelvis[i] : 0);
        t[0] = p[0] - pelvis[0];
        t[1] = p[2] - pelvis[1];
        t[2] = -p[1] - pelvis[2];
    }
    for (int i = 0; i < 3; i++) frame[i] = (float)t[i];
}

/* -1 where the numbers of a joint are no direction. */
static int take_rotation(const double *pose, const SmplLayout *l, size_t joint, float *entries) {
    static const double straight[3] = {0, 0, 0};
    double r[9], turned[9];
    int from = l->from[joint];
    if (from < 0)
        rotation_from_axis_angle(straight, r);
    else if (l->kind == POSE_AXIS_ANGLE)
        rotation_from_axis_angle(pose + 3 * from, r);
    else if (!rotation_from_six(pose + 6 * from, r))
        return -1;
    if (joint == 0 && l->z_up) {
        rotation_multiply(upright, r, turned);
        memcpy(r, turned, sizeof r);
    }
    for (size_t i = 0; i < 9; i++) entries[i] = (float)r[i];
    return 0;
}

static int fill(const Tensor *poses, const Tensor *trans, const SmplLayout *l, const double *pelvis,
                Motion *out, Error *err) {
    size_t frames = poses->shape[0], columns = tensor_count(poses) / frames;
    size_t dim = motion_dim(out);
    for (size_t f = 0; f < frames; f++) {
        float *frame = out->data + f * dim;
        take_translation(tensor_f64(trans) + 3 * f, l, pelvis, frame);
        for (size_t j = 0; j < l->joints; j++)
            if (take_rotation(tensor_f64(poses) + f * columns, l, j, frame + 3 + 9 * j))
                return error_set(err, "joint %zu of frame %zu: its six numbers are no rotation", j,
                                 f);
    }
    size_t bad = floats_first_nonfinite(out->data, frames * dim);
    if (bad == frames * dim) return 0;
    return error_set(err, "a translation or angle in frame %zu is too large", bad / dim);
}

int smpl_frames(Tensor *poses, Tensor *trans, const SmplLayout *l, Motion *out, Error *err) {
    *out = (Motion){0};
    Skeleton body = {0};
    if (check_shapes(poses, trans, err)) return -1;
    int status =
        motion_new(out, poses->shape[0], l->joints, err) || skeleton_smpl(&body, err) ? -1 : 0;
    out->fps = l->fps;
    if (status == 0) status = fill(poses, trans, l, body.offsets, out, err);
    skeleton_free(&body);
    if (status) motion_free(out);
    return status;
}
