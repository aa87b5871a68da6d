#include "lib/data/import_takes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/h36m_joints.h"
#include "lib/motion/resample_motion.h"

const char import_h36m_body[] = "skeleton/h36m17.npz";

/* --- the body --- */

static int mean_lengths(const H36mTakes *t, double lengths[H36M_BODY], Error *err) {
    double all = 0;
    memset(lengths, 0, H36M_BODY * sizeof *lengths);
    for (size_t i = 0; i < t->count; i++) {
        double *positions;
        size_t frames;
        if (h36m_take_positions(&t->items[i], &positions, &frames, err)) return -1;
        h36m_add_lengths(positions, frames, lengths);
        all += (double)frames;
        free(positions);
    }
    for (size_t j = 0; j < H36M_BODY; j++) lengths[j] /= all;
    return 0;
}

static int body_tensors(const Skeleton *s, Tensors *set, Error *err) {
    Tensor parents = {0}, offsets = {0};
    const size_t shape[2] = {s->joints, 3};
    if (tensor_new(&parents, TENSOR_I64, 1, shape, 0, err)) return -1;
    for (size_t j = 0; j < s->joints; j++) tensor_i64(&parents)[j] = s->parents[j];
    if (tensors_add(set, "parents", &parents, err)) return -1;
    if (tensor_new(&offsets, TENSOR_F64, 2, shape, 0, err)) return -1;
    memcpy(tensor_f64(&offsets), s->offsets, 3 * s->joints * sizeof *s->offsets);
    return tensors_add(set, "offsets", &offsets, err);
}

static int write_body(const double lengths[H36M_BODY], const char *folder, Error *err) {
    Skeleton body;
    Tensors set = {0};
    if (h36m_skeleton(lengths, &body, err)) return -1;
    char *path = path_join(folder, import_h36m_body);
    char *inner = path ? path_folder(path) : NULL;
    int status = inner ? folder_make(inner, err) : error_set(err, "out of memory");
    if (status == 0) status = body_tensors(&body, &set, err);
    if (status == 0) status = npz_write(path, &set, err);
    free(path);
    free(inner);
    tensors_free(&set);
    skeleton_free(&body);
    return status;
}

/* --- a recording --- */

static int change_rate(Motion *m, double fps, Error *err) {
    Motion other;
    if (!(fps > 0) || !resample_needed(m->fps, fps)) return 0;
    if (motion_resample(m, fps, &other, err)) return -1;
    motion_free(m);
    *m = other;
    return 0;
}

static int write_take(const H36mTake *t, const char *folder, double fps, Error *err) {
    char name[240];
    double *positions;
    size_t frames;
    Motion m = {0};
    if (h36m_take_positions(t, &positions, &frames, err)) return -1;
    snprintf(name, sizeof name, "%s.npz", t->name);
    char *path = path_join(folder, name);
    int status = path ? h36m_motion(positions, frames, &m, err) : error_set(err, "out of memory");
    if (status == 0) status = motion_set_names(&m, t->action, "", err);
    if (status == 0) status = change_rate(&m, fps, err);
    if (status == 0) status = motion_write(path, &m, err);
    motion_free(&m);
    free(path);
    free(positions);
    return status;
}

int import_h36m_takes(const char *path, const char *folder, double fps, size_t *count, Error *err) {
    H36mTakes t;
    double lengths[H36M_BODY];
    if (h36m_takes_read(path, &t, err)) return -1;
    int status = mean_lengths(&t, lengths, err) ? error_prefix(err, path) : 0;
    for (size_t i = 0; status == 0 && i < t.count; i++)
        status = write_take(&t.items[i], folder, fps, err);
    if (status == 0) status = write_body(lengths, folder, err);
    *count = status ? 0 : t.count;
    h36m_takes_free(&t);
    return status;
}
