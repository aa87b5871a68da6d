/* motion_file.c: motions on disk, .npz and what else is taken for one (motion.h). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/array_layout.h"
#include "lib/motion/motion.h"

enum { MINT_COLUMNS = 225, MINT_ZEROS = 6 };

/* mint's [T, 225] begins with 6 columns of zeros, which our frames do not have. */
static int skip_columns(const Tensor *t, size_t *skip, Error *err) {
    *skip = 0;
    if (t->shape[1] != MINT_COLUMNS) return 0;
    const float *x = tensor_f32(t);
    for (size_t f = 0; f < t->shape[0]; f++)
        for (size_t c = 0; c < MINT_ZEROS; c++)
            if (x[f * MINT_COLUMNS + c] != 0)
                return error_set(err,
                                 "225 columns are mint's motion only if the first 6 are zero; "
                                 "frame %zu has %g in column %zu",
                                 f, (double)x[f * MINT_COLUMNS + c], c);
    *skip = MINT_ZEROS;
    return 0;
}

/* A bare array that cannot be frames of ours, by its columns or by what is in them. */
static int refuse_columns(const Tensor *t, const char *why, Error *err) {
    char text[200];
    const ArrayLayout *layout = array_layout_find(t->shape[1]);
    tensor_shape_text(t, text);
    if (!layout)
        return error_set(err,
                         "a motion is [T, 3 + 9 J] (219 columns for SMPL's 24 joints), this "
                         "array is %s%s",
                         text, why);
    if (layout->layout)
        return error_set(err, "%s: %s; convert it with import-motion first", text, layout->name);
    return error_set(err,
                     "%s%s: %s, not matrices [T, 3 + 9 J]; convert the file that it was made from "
                     "with import-motion",
                     text, why, layout->name);
}

/* bare: an array without a name, of which only its shape and numbers tell what it is. */
static int take_frames(Tensor *t, bool bare, Motion *out, Error *err) {
    char text[200];
    if (bare && t->rank == 3 && t->shape[2] == 3)
        return error_set(err,
                         "%s: joint positions, which do not say how the joints are turned; the "
                         "programs that measure dances take them, others need a motion",
                         tensor_shape_text(t, text));
    if (t->rank != 2)
        return error_set(err, "a motion is [T, 3 + 9 J], this array is %s",
                         tensor_shape_text(t, text));
    size_t columns = t->shape[1];
    if (columns != MINT_COLUMNS &&
        (columns < 12 || (columns - 3) % 9 != 0 || (columns - 3) / 9 > JOINTS_MAX))
        return refuse_columns(t, "", err);
    if (t->shape[0] == 0) return error_set(err, "the motion has no frames");
    if (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err))
        return error_prefix(err, "motion");
    if (bare && columns != MINT_COLUMNS &&
        !array_holds_rotations(tensor_f32(t), t->shape[0], columns))
        return refuse_columns(t, ", and its matrices are not rotations (determinants far from 1)",
                              err);
    size_t skip;
    if (skip_columns(t, &skip, err) || motion_new(out, 0, (columns - skip - 3) / 9, err)) return -1;
    free(out->data); /* the tensor's is taken over */
    out->data = t->data;
    out->frames = t->shape[0];
    t->data = NULL;
    size_t dim = motion_dim(out);
    for (size_t f = 0; f < out->frames && skip; f++)
        memmove(out->data + f * dim, out->data + f * columns + skip, dim * sizeof(float));
    return 0;
}

static int take_seed_frames(const Tensor *t, Motion *out, Error *err) {
    if (t->rank != 0 || t->type != TENSOR_I64)
        return error_set(err, "`seed_frames` must be one whole number");
    out->seed_frames = *tensor_i64(t);
    if ((uint64_t)out->seed_frames > out->frames) /* negative ones too */
        return error_set(err, "`seed_frames` is %lld, the motion has %zu frames",
                         (long long)out->seed_frames, out->frames);
    return 0;
}

/* Names are short; a |Sn scalar of more is not one. */
enum { NAME_MAX_BYTES = 255 };

static int text_of(const Tensor *t, const char *what, char text[NAME_MAX_BYTES + 1], Error *err) {
    text[0] = '\0';
    if (!t) return 0;
    if (t->rank != 0 || t->type != TENSOR_BYTES)
        return error_set(err, "`%s` must be one text", what);
    if (t->item_size > 0 && t->data) {
        size_t length = strnlen(t->data, t->item_size);
        if (length > NAME_MAX_BYTES)
            return error_set(err, "`%s` is longer than %d bytes", what, NAME_MAX_BYTES);
        memcpy(text, t->data, length);
        text[length] = '\0';
    }
    return 0;
}

static int take_rest(const Tensors *set, Motion *out, Error *err) {
    Tensor *seed = tensors_find(set, "seed_frames");
    bool known;
    if (scalar_find(set, &scalar_fps, &out->fps, &known, err)) return -1;
    out->fps_assumed = !known;
    if (seed && take_seed_frames(seed, out, err)) return -1;
    char genre[NAME_MAX_BYTES + 1], music[NAME_MAX_BYTES + 1];
    if (text_of(tensors_find(set, "genre"), "genre", genre, err) ||
        text_of(tensors_find(set, "music"), "music", music, err))
        return -1;
    return motion_set_names(out, genre, music, err);
}

static int from_tensors(const Tensors *set, Motion *out, Error *err) {
    if (set->count == 1 && set->items[0].name[0] == '\0') {
        int status = take_frames(&set->items[0].tensor, true, out, err);
        out->fps_assumed = true;
        return status;
    }
    if (!tensors_find(set, "motion")) {
        if (tensors_find(set, "features"))
            return error_set(err, "these are music features, not a motion");
        if (tensors_find(set, "poses"))
            return error_set(err, "an AMASS-like file; convert it with import-motion first");
    }
    Tensor *frames = tensors_need(set, "motion", err);
    if (!frames || take_frames(frames, false, out, err)) return -1;
    return take_rest(set, out, err);
}

int motion_from_tensors(Tensors *set, Motion *out, Error *err) {
    *out = (Motion){0};
    if (from_tensors(set, out, err) == 0) return 0;
    motion_free(out);
    return -1;
}

int motion_read(const char *path, Motion *out, Error *err) {
    *out = (Motion){0};
    Tensors set;
    if (tensor_file_read(path, &set, err))
        return path_ends_with(path, ".pkl") && file_exists(path)
                   ? error_set(err, "%s: a pickle; convert it with import-motion first", path)
                   : -1;
    int status = motion_from_tensors(&set, out, err);
    tensors_free(&set);
    return status ? error_prefix(err, path) : 0;
}

static int fill(Tensors *set, const Motion *m, Error *err) {
    Tensor frames;
    if (tensor_new(&frames, TENSOR_F32, 2, (size_t[]){m->frames, motion_dim(m)}, 0, err)) return -1;
    if (m->frames > 0)
        memcpy(tensor_f32(&frames), m->data, m->frames * motion_dim(m) * sizeof(float));
    if (tensors_add(set, "motion", &frames, err) || tensors_add_f64(set, "fps", m->fps, err) ||
        tensors_add_i64(set, "seed_frames", m->seed_frames, err) ||
        tensors_add_text(set, "genre", m->genre, err))
        return -1;
    return tensors_add_text(set, "music", m->music, err);
}

int motion_write(const char *path, const Motion *m, Error *err) {
    Tensors set = {0};
    int status = fill(&set, m, err);
    status = status ? error_prefix(err, path) : npz_write(path, &set, err);
    tensors_free(&set);
    return status;
}
