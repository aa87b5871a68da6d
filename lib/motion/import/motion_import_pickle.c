/* motion_import_pickle.c: the dicts that AIST++, EDGE, FineDance and their users pickle. */
#include "lib/motion/import/motion_import_pickle.h"

#include <math.h>

#include "lib/formats/pickle.h"
#include "lib/formats/scalar.h"
#include "lib/motion/import/smpl_frames.h"

/* --- what a dict holds --- */

static int take_scaling(const PickleValue *v, double *scaling, Error *err) {
    Tensor t;
    if (pickle_tensor(v, &t, err)) return -1;
    int status = 0;
    if (tensor_count(&t) != 1)
        status = error_set(err, "one number is wanted, not %zu", tensor_count(&t));
    else if ((status = tensor_convert(&t, TENSOR_F64, err)) == 0)
        *scaling = *tensor_f64(&t);
    tensor_free(&t);
    if (status == 0 && !(isfinite(*scaling) && *scaling > 0))
        status = error_set(err, "it is %g and must be above 0", *scaling);
    return status;
}

/* Numbers of a joint: [N, 3 J] or [N, J, 3]; 0: some other shape. */
static size_t joint_columns(const Tensor *t) {
    if (t->rank == 2) return t->shape[1];
    return t->rank == 3 && t->shape[2] == 3 ? 3 * t->shape[1] : 0;
}

/* Reads two arrays of the dict and makes frames of them. */
static int from_arrays(const PickleValue *dict, const char *poses_key, const char *trans_key,
                       const SmplLayout *layout, Motion *out, Error *err) {
    Tensor poses = {0}, trans = {0};
    int status = 0;
    if (pickle_tensor(pickle_get(dict, poses_key), &poses, err))
        status = error_prefix(err, poses_key);
    else if (pickle_tensor(pickle_get(dict, trans_key), &trans, err))
        status = error_prefix(err, trans_key);
    else
        status = smpl_frames(&poses, &trans, layout, out, err);
    tensor_free(&poses);
    tensor_free(&trans);
    return status;
}

/* Columns of an array of the dict, joints of three numbers; 0 with a message. */
static size_t columns_of(const PickleValue *dict, const char *key, Error *err) {
    Tensor t;
    char text[200];
    if (pickle_tensor(pickle_get(dict, key), &t, err)) {
        error_prefix(err, key);
        return 0;
    }
    size_t columns = joint_columns(&t);
    tensor_shape_text(&t, text);
    tensor_free(&t);
    if (columns == 0 || columns % 3 != 0) {
        error_set(err, "%s must be [N, 3 per joint], not %s", key, text);
        return 0;
    }
    return columns;
}

enum { BODY = 66, SMPL = 72, SMPLH = 156, SMPLX = 165 };

/* AIST++ and EDGE have 72 columns, FineDance 156, and its users SMPL-X's 165. */
static int from_smpl(const PickleValue *dict, Motion *out, Error *note, Error *err) {
    SmplLayout l = {
        .joints = SMPL_JOINTS, .from = smpl_from_smpl, .fps = 60, .scaling = 1, .pelvis = true};
    size_t columns = columns_of(dict, "smpl_poses", err);
    if (columns == 0) return -1;
    const PickleValue *scaling = pickle_get(dict, "smpl_scaling");
    if (scaling && take_scaling(scaling, &l.scaling, err)) return error_prefix(err, "smpl_scaling");
    if (columns == SMPLH || columns == SMPLX) {
        l.joints = SMPLH_JOINTS;
        l.from = columns == SMPLH ? smplh_from_smplh : smplh_from_smplx;
        l.fps = 30;
        error_set(note,
                  "smpl_poses of %zu columns: taken as FineDance's, y up at 30 frames a second",
                  columns);
    } else if (columns == SMPL && !scaling && pickle_get(dict, "full_pose")) {
        l.fps = 30;
        l.z_up = true;
        l.pelvis = false;
    } else if (columns != SMPL) {
        return error_set(err,
                         "smpl_poses has %zu columns; 72 (SMPL), 156 (SMPL-H) and 165 (SMPL-X) are "
                         "read",
                         columns);
    }
    return from_arrays(dict, "smpl_poses", "smpl_trans", &l, out, err);
}

/* EDGE's training data: cut and split AIST++ motions, y up at 60 frames a second. */
static int from_edge_training(const PickleValue *dict, Motion *out, Error *err) {
    SmplLayout l = {
        .joints = SMPL_JOINTS, .from = smpl_from_smpl, .fps = 60, .scaling = 1, .pelvis = true};
    const PickleValue *scale = pickle_get(dict, "scale");
    size_t columns = columns_of(dict, "q", err);
    if (columns == 0) return -1;
    if (columns != SMPL)
        return error_set(err, "q has %zu columns; EDGE's training data have 72", columns);
    if (scale && take_scaling(scale, &l.scaling, err)) return error_prefix(err, "scale");
    return from_arrays(dict, "q", "pos", &l, out, err);
}

/* The frame rate under one of its names; 0: the dict has none. */
static int find_rate(const PickleValue *dict, double *fps, Error *err) {
    static const char *const names[] = {"mocap_framerate", "mocap_frame_rate", "fps"};
    *fps = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const PickleValue *v = pickle_get(dict, names[i]);
        Tensor t;
        if (!v) continue;
        if (pickle_tensor(v, &t, err)) return error_prefix(err, names[i]);
        int status = scalar_take(&t, &scalar_fps, fps, err);
        tensor_free(&t);
        return status ? error_prefix(err, names[i]) : 0;
    }
    return 0;
}

/* AMASS's keys in a pickle: z up. */
static int from_amass(const PickleValue *dict, Motion *out, Error *err) {
    SmplLayout l = {.joints = SMPL_JOINTS, .scaling = 1, .z_up = true, .pelvis = true};
    size_t columns = columns_of(dict, "poses", err);
    if (columns == 0 || find_rate(dict, &l.fps, err)) return -1;
    if (!(l.fps > 0)) return error_set(err, "poses and trans without `mocap_frame_rate` or `fps`");
    if (columns < BODY)
        return error_set(err, "poses has %zu columns; 66 and more are read", columns);
    l.from = columns == SMPL ? smpl_from_smpl : smpl_from_body;
    return from_arrays(dict, "poses", "trans", &l, out, err);
}

/* What else AIST++ and its users keep in pickles. */
static int explain_dict(const PickleValue *dict, Error *err) {
    if (pickle_get(dict, "keypoints3d") || pickle_get(dict, "keypoints3d_optim"))
        return error_set(err, "these are AIST++'s 3D keypoints (17 points, no rotations), not "
                              "SMPL; pass the file of the same name in motions/");
    if (pickle_get(dict, "keypoints2d"))
        return error_set(err, "these are AIST++'s 2D keypoints, not SMPL; pass motions/NAME.pkl of "
                              "the same sequence");
    if (pickle_get(dict, "pred_position"))
        return error_set(err, "these are joint positions as Bailando writes them, without "
                              "rotations; pass the SMPL motion they were made from");
    char keys[400];
    return error_set(err,
                     "not a motion: keys are %s; AIST++ motions (motions/*.pkl) have smpl_poses, "
                     "smpl_trans, smpl_scaling",
                     pickle_keys(dict, keys, sizeof keys)[0] ? keys : "none");
}

static int from_dict(const PickleValue *dict, Motion *out, Error *note, Error *err) {
    if (pickle_get(dict, "smpl_poses") && pickle_get(dict, "smpl_trans"))
        return from_smpl(dict, out, note, err);
    if (pickle_get(dict, "pos") && pickle_get(dict, "q")) return from_edge_training(dict, out, err);
    if (pickle_get(dict, "poses") && pickle_get(dict, "trans")) return from_amass(dict, out, err);
    return explain_dict(dict, err);
}

int motion_import_pickle(const char *path, Motion *out, Error *note, Error *err) {
    Pickle *p;
    *out = (Motion){0};
    if (pickle_read(path, &p, err)) return -1;
    const PickleValue *root = pickle_root(p);
    int status =
        root->type == PICKLE_DICT
            ? from_dict(root, out, note, err)
            : error_set(err,
                        "the pickle holds a %s; AIST++ motions (motions/*.pkl) hold a dict "
                        "with smpl_poses and smpl_trans",
                        pickle_type_name(root->type));
    pickle_free(p);
    if (status) motion_free(out);
    if (!status && *note->text) error_prefix(note, path);
    return status ? error_prefix(err, path) : 0;
}
