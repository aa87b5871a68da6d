/* motion_import.c: AIST++, EDGE and AMASS-like motions into ours. */
#include "lib/motion/import/motion_import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/base/numbers.h"
#include "lib/formats/pickle.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/bvh_retarget.h"

/* What a z-up file needs. Our root lies at translation + rest pelvis; `pelvis` says whether the
 * file's does too. */
typedef struct {
    double fps;
    double scaling;
    bool z_up, pelvis;
} Conversion;

/* --- common: axis-angles and translations to frames --- */

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

/* y up from z up: (x, y, z) -> (x, z, -y). */
static const double upright[9] = {1, 0, 0, 0, 0, 1, 0, -1, 0};

static void frame_of(const double *pose, const double *trans, size_t given, const Conversion *c,
                     const double *pelvis, float *frame) {
    double t[3];
    for (int i = 0; i < 3; i++) t[i] = trans[i] / c->scaling;
    if (c->z_up) {
        double p[3];
        for (int i = 0; i < 3; i++) p[i] = t[i] + (c->pelvis ? pelvis[i] : 0);
        t[0] = p[0] - pelvis[0];
        t[1] = p[2] - pelvis[1];
        t[2] = -p[1] - pelvis[2];
    }
    for (int i = 0; i < 3; i++) frame[i] = (float)t[i];
    for (size_t j = 0; j < SMPL_JOINTS; j++) {
        double r[9], turned[9];
        const double straight[3] = {0, 0, 0};
        rotation_from_axis_angle(j < given ? pose + 3 * j : straight, r);
        if (j == 0 && c->z_up) {
            rotation_multiply(upright, r, turned);
            memcpy(r, turned, sizeof r);
        }
        for (size_t i = 0; i < 9; i++) frame[3 + 9 * j + i] = (float)r[i];
    }
}

/* poses [N, columns] of which the first `given` joints are taken. */
static int convert(Tensor *poses, Tensor *trans, size_t given, const Conversion *c, Motion *out,
                   Error *err) {
    if (check_shapes(poses, trans, err)) return -1;
    size_t frames = poses->shape[0], columns = tensor_count(poses) / frames;
    Skeleton body;
    if (motion_new(out, frames, SMPL_JOINTS, err) || skeleton_smpl(&body, err)) return -1;
    out->fps = c->fps;
    size_t dim = motion_dim(out);
    for (size_t f = 0; f < frames; f++)
        frame_of(tensor_f64(poses) + f * columns, tensor_f64(trans) + f * 3, given, c, body.offsets,
                 out->data + f * dim);
    skeleton_free(&body);
    size_t bad = floats_first_nonfinite(out->data, frames * dim);
    return bad == frames * dim
               ? 0
               : error_set(err, "a translation or angle in frame %zu is too large", bad / dim);
}

/* --- pickles --- */

static int is_poses(const Tensor *t) {
    return (t->rank == 2 && t->shape[1] == 3 * SMPL_JOINTS) ||
           (t->rank == 3 && t->shape[1] == SMPL_JOINTS && t->shape[2] == 3);
}

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

static int from_smpl(const PickleValue *dict, const PickleValue *poses, const PickleValue *trans,
                     Motion *out, Error *err) {
    Conversion c = {.fps = 60, .scaling = 1, .pelvis = true};
    const PickleValue *scaling = pickle_get(dict, "smpl_scaling");
    if (scaling && take_scaling(scaling, &c.scaling, err)) return error_prefix(err, "smpl_scaling");
    if (!scaling && pickle_get(dict, "full_pose"))
        c = (Conversion){.fps = 30, .scaling = 1, .z_up = true};
    Tensor p = {0}, t = {0};
    int status = 0;
    char text[200];
    if (pickle_tensor(poses, &p, err))
        status = error_prefix(err, "smpl_poses");
    else if (pickle_tensor(trans, &t, err))
        status = error_prefix(err, "smpl_trans");
    else if (!is_poses(&p))
        status = error_set(err, "smpl_poses must be [N, 72] or [N, 24, 3], not %s",
                           tensor_shape_text(&p, text));
    else
        status = convert(&p, &t, SMPL_JOINTS, &c, out, err);
    tensor_free(&p);
    tensor_free(&t);
    return status;
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

static int from_pickle(const PickleValue *root, Motion *out, Error *err) {
    if (root->type != PICKLE_DICT)
        return error_set(err,
                         "the pickle holds a %s; AIST++ motions (motions/*.pkl) hold a dict with "
                         "smpl_poses and smpl_trans",
                         pickle_type_name(root->type));
    const PickleValue *poses = pickle_get(root, "smpl_poses"),
                      *trans = pickle_get(root, "smpl_trans");
    return poses && trans ? from_smpl(root, poses, trans, out, err) : explain_dict(root, err);
}

static int import_pickle(const char *path, Motion *out, Error *err) {
    Pickle *p;
    if (pickle_read(path, &p, err)) return -1;
    int status = from_pickle(pickle_root(p), out, err);
    pickle_free(p);
    return status ? error_prefix(err, path) : 0;
}

/* --- AMASS --- */

enum { BODY_JOINTS = 22 }; /* of SMPL, SMPL+H and SMPL-X alike; hands and face differ */

static int frame_rate(const Tensors *set, double *fps, Error *err) {
    Tensor *t = tensors_find(set, "mocap_framerate");
    if (!t) t = tensors_find(set, "mocap_frame_rate");
    if (!t)
        return error_set(err, "an AMASS-like file needs `mocap_framerate` or `mocap_frame_rate`");
    return scalar_take(t, &scalar_fps, fps, err) ? error_prefix(err, "mocap_framerate") : 0;
}

static int from_amass(const Tensors *set, Motion *out, Error *err) {
    Conversion c = {.scaling = 1, .z_up = true, .pelvis = true};
    Tensor *poses = tensors_need(set, "poses", err),
           *trans = poses ? tensors_need(set, "trans", err) : NULL;
    if (!trans || frame_rate(set, &c.fps, err)) return -1;
    char text[200];
    if (poses->rank != 2 || poses->shape[1] < 3 * BODY_JOINTS || poses->shape[1] % 3 != 0)
        return error_set(err, "`poses` must be [N, 66 or more, 3 per joint], not %s",
                         tensor_shape_text(poses, text));
    size_t given = poses->shape[1] == 3 * SMPL_JOINTS ? SMPL_JOINTS : BODY_JOINTS;
    return convert(poses, trans, given, &c, out, err);
}

static int import_npz(const char *path, Motion *out, Error *err) {
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    int amass = !tensors_find(&set, "motion") && tensors_find(&set, "poses");
    int status = amass && from_amass(&set, out, err) ? error_prefix(err, path) : 0;
    tensors_free(&set);
    return amass ? status : motion_read(path, out, err);
}

/* --- BVH --- */

static int import_bvh(const char *path, const BvhOptions *options, Motion *out, Error *note,
                      Error *err) {
    unsigned char *data;
    size_t size;
    Bvh b;
    if (file_read(path, &data, &size, err)) return -1;
    int status = bvh_parse((const char *)data, size, &b, err);
    free(data);
    if (!status) status = bvh_to_motion(&b, options, out, note, err);
    if (status) error_prefix(err, path);
    if (!status && *note->text) error_prefix(note, path);
    bvh_free(&b);
    return status;
}

/* --- any file --- */

static int set_names(const char *path, Motion *m, Error *err) {
    char genre[16], music[32];
    char *stem = path_stem(path);
    if (!stem) return error_set(err, "%s: out of memory", path);
    int is_aist =
        aist_parse_name(stem, genre, music) == 0 && *m->genre == '\0' && *m->music == '\0';
    free(stem);
    return is_aist ? motion_set_names(m, genre, music, err) : 0;
}

int motion_import(const char *path, const MotionImportOptions *options, Motion *out, Error *note,
                  Error *err) {
    static const MotionImportOptions none = {0};
    Error ignored;
    if (!options) options = &none;
    if (!note) note = &ignored;
    note->text[0] = '\0';
    *out = (Motion){0};
    int status;
    if (path_ends_with(path, ".pkl") || path_ends_with(path, ".pickle"))
        status = import_pickle(path, out, err);
    else if (path_ends_with(path, ".npz"))
        status = import_npz(path, out, err);
    else if (path_ends_with(path, ".npy"))
        status = motion_read(path, out, err);
    else if (path_ends_with(path, ".bvh"))
        status = import_bvh(path, &options->bvh, out, note, err);
    else
        status = error_set(err,
                           "%s: unknown kind of file; pass AIST++ .pkl, AMASS-like .npz, .bvh, or "
                           "motion .npz or .npy",
                           path);
    if (status == 0) status = set_names(path, out, err);
    if (status) motion_free(out);
    return status;
}
