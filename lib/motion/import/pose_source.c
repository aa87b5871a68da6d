/* pose_source.c: dances from files of all kinds. */
#include "lib/motion/import/pose_source.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/tensor_file.h"
#include "lib/motion/import/motion_import.h"

static int take_positions(Tensor *t, PoseSource *out, Error *err) {
    if (t->shape[0] == 0 || t->shape[1] == 0)
        return error_set(err, "joint positions without frames or joints");
    if (t->shape[1] > JOINTS_MAX)
        return error_set(err, "%zu joints, at most %d are read", t->shape[1], JOINTS_MAX);
    if (tensor_convert(t, TENSOR_F64, err) || tensor_check_finite(t, err))
        return error_prefix(err, "joint positions");
    if (motion_new(&out->motion, 0, t->shape[1], err)) return -1;
    free(out->motion.data);
    out->motion.data = NULL;
    out->motion.frames = t->shape[0];
    out->motion.fps_assumed = true;
    out->positions = t->data;
    t->data = NULL;
    return 0;
}

static int from_tensors(Tensors *set, PoseSource *out, Error *err) {
    Tensor *one = set->count == 1 && set->items[0].name[0] == '\0' ? &set->items[0].tensor : NULL;
    if (one && one->rank == 3 && one->shape[2] == 3) return take_positions(one, out, err);
    return motion_from_tensors(set, &out->motion, err);
}

int pose_source_read(const char *path, PoseSource *out, Error *err) {
    *out = (PoseSource){0};
    if (path_ends_with(path, ".pkl") || path_ends_with(path, ".pickle"))
        return motion_import(path, NULL, &out->motion, NULL, err);
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    bool amass = !tensors_find(&set, "motion") && tensors_find(&set, "poses");
    int status = !amass && from_tensors(&set, out, err) ? error_prefix(err, path) : 0;
    tensors_free(&set);
    if (status) pose_source_free(out);
    return amass ? motion_import(path, NULL, &out->motion, NULL, err) : status;
}

void pose_source_free(PoseSource *t) {
    motion_free(&t->motion);
    free(t->positions);
    *t = (PoseSource){0};
}

static int positions_body(const PoseSource *t, size_t first, size_t count, const Skeleton *s,
                          PoseTrack *out, Error *err) {
    const Motion *m = &t->motion;
    size_t joints = m->joints;
    if (first > m->frames || count > m->frames - first)
        return error_set(err, "frames %zu to %zu were asked for, there are %zu", first,
                         first + count, m->frames);
    PoseTrack b = {count,  joints,
                   m->fps, malloc(3 * (count + 1) * sizeof(double)),
                   NULL,   malloc(3 * (count * joints + 1) * sizeof(double))};
    if (!b.translations || !b.positions) {
        pose_track_free(&b);
        return error_set(err, "out of memory for %zu frames", count);
    }
    if (t->positions)
        memcpy(b.positions, t->positions + 3 * joints * first, 3 * joints * count * sizeof(double));
    else {
        Motion part = *m; /* a view, not owned */
        part.data = m->data + first * motion_dim(m);
        part.frames = count;
        motion_joints(&part, s, b.positions);
    }
    for (size_t f = 0; f < count; f++)
        for (size_t i = 0; i < 3; i++)
            b.translations[3 * f + i] = t->positions
                                            ? b.positions[3 * joints * f + i]
                                            : (double)m->data[(first + f) * motion_dim(m) + i];
    *out = b;
    return 0;
}

int pose_source_track(const PoseSource *t, size_t first, size_t count, const Skeleton *s,
                      bool rotations, PoseTrack *out, Error *err) {
    *out = (PoseTrack){0};
    if (!t->positions && rotations) return pose_track_new(out, &t->motion, first, count, s, err);
    if (!t->positions && s->joints != t->motion.joints)
        return error_set(
            err,
            "the motion has %zu joints, the skeleton %zu (give the body's own with --skeleton)",
            t->motion.joints, s->joints);
    return positions_body(t, first, count, s, out, err);
}
