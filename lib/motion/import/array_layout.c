#include "lib/motion/import/array_layout.h"

#include <math.h>
#include <string.h>

/* FineDance (Li et al. 2023) and LODGE (Li et al. 2024): y up, metres, 30 frames a second. */
static const SmplLayout finedance = {
    .kind = POSE_SIX, .joints = SMPLH_JOINTS, .from = smplh_from_smplh, .fps = 30, .scaling = 1};
static const SmplLayout lodge = {
    .kind = POSE_SIX, .joints = SMPL_JOINTS, .from = smpl_from_body, .fps = 30, .scaling = 1};

static const ArrayLayout layouts[] = {
    {66, "axis-angles of SMPL's 22 body joints without translation", 0, NULL},
    {69, "translation and axis-angles of SMPL's 22 body joints", 0, NULL},
    {72, "SMPL's axis-angles (24 joints) without translation", 0, NULL},
    {75, "translation and SMPL's axis-angles (24 joints)", 0, NULL},
    {132, "22 joints as 6-d rotations without translation", 0, NULL},
    {135, "translation and 22 joints as 6-d rotations", 0, NULL},
    {139, "LODGE's motion (contacts, translation, 22 joints as 6-d rotations)", 4, &lodge},
    {144, "24 joints as 6-d rotations without translation", 0, NULL},
    {147, "translation and 24 joints as 6-d rotations", 0, NULL},
    {151, "EDGE's network input (contacts, translation, 24 joints as 6-d rotations, scaled)", 4,
     NULL},
    {156, "SMPL-H's axis-angles (52 joints) without translation", 0, NULL},
    {159, "translation and SMPL-H's axis-angles (52 joints)", 0, NULL},
    {165, "SMPL-X's axis-angles (55 joints) without translation", 0, NULL},
    {168, "translation and SMPL-X's axis-angles (55 joints)", 0, NULL},
    {263, "HumanML3D's features", 0, NULL},
    {312, "52 joints as 6-d rotations without translation", 0, NULL},
    {315, "FineDance's motion (translation, 52 joints as 6-d rotations)", 0, &finedance},
    {319, "FineDance's motion (contacts, translation, 52 joints as 6-d rotations)", 4, &finedance},
};

const ArrayLayout *array_layout_find(size_t columns) {
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].columns == columns) return &layouts[i];
    return NULL;
}

static double determinant(const float *m) {
    double a[9];
    for (int i = 0; i < 9; i++) a[i] = (double)m[i];
    return a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
           a[2] * (a[3] * a[7] - a[4] * a[6]);
}

bool array_holds_rotations(const float *frames, size_t count, size_t columns) {
    size_t good = 0, all = 0;
    size_t joints = (columns - 3) / 9;
    for (size_t f = 0; f < count; f++)
        for (size_t j = 0; j < joints; j++, all++) {
            double d = determinant(frames + f * columns + 3 + 9 * j);
            good += d > 0.3 && d < 3;
        }
    size_t needed = array_layout_find(columns) ? 9 : 5; /* of ten: 6-d rotations have 3 by chance */
    return 10 * good >= needed * all;
}

/* 6-d rotations are two rows of about unit length at about a right angle. */
static bool holds_six(const Tensor *poses) {
    const double *x = tensor_f64(poses);
    size_t count = tensor_count(poses) / 6, good = 0;
    for (size_t i = 0; i < count; i++) {
        const double *r = x + 6 * i;
        double a = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
        double b = r[3] * r[3] + r[4] * r[4] + r[5] * r[5];
        double ab = r[0] * r[3] + r[1] * r[4] + r[2] * r[5];
        good += a > 0.25 && a < 2.25 && b > 0.25 && b < 2.25 && fabs(ab) < 0.5;
    }
    return 10 * good >= 9 * count;
}

/* Columns first .. first + count - 1 as a float64 array of their own. */
static int take_columns(const Tensor *t, size_t first, size_t count, Tensor *out, Error *err) {
    if (tensor_new(out, TENSOR_F64, 2, (size_t[]){t->shape[0], count}, 0, err)) return -1;
    for (size_t f = 0; f < t->shape[0]; f++)
        memcpy(tensor_f64(out) + f * count, tensor_f64(t) + f * t->shape[1] + first,
               count * sizeof(double));
    return 0;
}

int array_import(Tensor *t, const ArrayLayout *layout, Motion *out, Error *err) {
    *out = (Motion){0};
    if (!layout->layout)
        return error_set(err,
                         "%zu columns are what %s look like; a bare array says neither rate nor "
                         "axes: pass the .pkl or .npz that it was made from (smpl_poses and "
                         "smpl_trans, or poses, trans and mocap_frame_rate)",
                         layout->columns, layout->name);
    Tensor trans = {0}, poses = {0};
    size_t first = layout->contacts + 3;
    int status = tensor_convert(t, TENSOR_F64, err);
    if (status == 0) status = take_columns(t, layout->contacts, 3, &trans, err);
    if (status == 0) status = take_columns(t, first, layout->columns - first, &poses, err);
    if (status == 0 && !holds_six(&poses))
        status = error_set(err,
                           "%zu columns should be %s, but its rotations are not of unit length: "
                           "scaled for a network? Undo its scaling first",
                           layout->columns, layout->name);
    if (status == 0) status = smpl_frames(&poses, &trans, layout->layout, out, err);
    tensor_free(&trans);
    tensor_free(&poses);
    return status;
}
