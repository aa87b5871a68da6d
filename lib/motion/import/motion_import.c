/* motion_import.c: which reader a file is for; AMASS-like .npz and bare arrays. */
#include "lib/motion/import/motion_import.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/array_layout.h"
#include "lib/motion/import/bvh_retarget.h"
#include "lib/motion/import/h36m_text.h"
#include "lib/motion/import/motion_import_pickle.h"

const char *const motion_import_endings[] = {".pkl", ".npz", ".npy", ".bvh", NULL};

/* --- AMASS: .npz, and the same keys in a pickle --- */

static int frame_rate(const Tensors *set, double *fps, Error *err) {
    static const char *const names[] = {"mocap_framerate", "mocap_frame_rate", "fps"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Tensor *t = tensors_find(set, names[i]);
        if (t) return scalar_take(t, &scalar_fps, fps, err) ? error_prefix(err, names[i]) : 0;
    }
    return error_set(err, "an AMASS-like file needs `mocap_framerate` or `mocap_frame_rate`");
}

/* The layout of `columns` numbers a frame, 3 per joint. */
static int amass_layout(size_t columns, bool hands, SmplLayout *l, Error *err) {
    enum { BODY = 66, SMPL = 72, SMPLH = 156, SMPLX = 165 };
    l->joints = SMPL_JOINTS;
    l->from = columns == SMPL ? smpl_from_smpl : smpl_from_body;
    if (columns < BODY || columns % 3 != 0) return -1;
    if (!hands) return 0;
    l->joints = SMPLH_JOINTS;
    l->from = columns == SMPLX ? smplh_from_smplx : smplh_from_smplh;
    if (columns == SMPLH || columns == SMPLX) return 0;
    return error_set(err, "--hands needs poses of SMPL-H (156 columns) or SMPL-X (165), not %zu",
                     columns);
}

static int from_amass(const Tensors *set, const MotionImportOptions *options, Motion *out,
                      Error *err) {
    SmplLayout l = {.scaling = 1, .z_up = true, .pelvis = true};
    char text[200];
    Tensor *poses = tensors_need(set, "poses", err);
    Tensor *trans = poses ? tensors_need(set, "trans", err) : NULL;
    if (!trans || frame_rate(set, &l.fps, err)) return -1;
    err->text[0] = '\0';
    if (poses->rank != 2 || amass_layout(poses->shape[1], options->hands, &l, err)) {
        if (*err->text) return -1;
        return error_set(err, "`poses` must be [N, 66 or more, 3 per joint], not %s",
                         tensor_shape_text(poses, text));
    }
    return smpl_frames(poses, trans, &l, out, err);
}

static int import_npz(const char *path, const MotionImportOptions *options, Motion *out,
                      Error *err) {
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    bool amass = !tensors_find(&set, "motion") && tensors_find(&set, "poses");
    int status = amass && from_amass(&set, options, out, err) ? error_prefix(err, path) : 0;
    tensors_free(&set);
    return amass ? status : motion_read(path, out, err);
}

/* --- bare arrays --- */

static int import_npy(const char *path, Motion *out, Error *err) {
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    Tensor *t = tensors_find(&set, "");
    const ArrayLayout *layout = t && t->rank == 2 ? array_layout_find(t->shape[1]) : NULL;
    bool known = layout && layout->layout;
    int status = known && array_import(t, layout, out, err) ? error_prefix(err, path) : 0;
    tensors_free(&set);
    return known ? status : motion_read(path, out, err);
}

/* --- BVH --- */

static int import_bvh(const char *path, const BvhOptions *options, Motion *out, Error *note,
                      Error *err) {
    char *text;
    size_t size;
    Bvh b;
    if (file_read_text(path, &text, &size, err)) return -1;
    int status = bvh_parse(text, size, &b, err);
    free(text);
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
        status = motion_import_pickle(path, out, note, err);
    else if (path_ends_with(path, ".npz"))
        status = import_npz(path, options, out, err);
    else if (path_ends_with(path, ".npy"))
        status = import_npy(path, out, err);
    else if (path_ends_with(path, ".txt"))
        status = h36m_text_read(path, options->bvh.up, out, note, err);
    else if (path_ends_with(path, ".bvh"))
        status = import_bvh(path, &options->bvh, out, note, err);
    else
        status = error_set(err,
                           "%s: unknown kind of file; pass AIST++ .pkl, AMASS-like .npz, .bvh, "
                           "Human3.6M's .txt, or motion .npz or .npy",
                           path);
    if (status == 0) status = set_names(path, out, err);
    if (status) motion_free(out);
    return status;
}
