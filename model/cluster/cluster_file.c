#include "model/cluster/cluster_file.h"

#include <stdlib.h>
#include <string.h>

void genre_dances_free(GenreDances *d) {
    for (size_t i = 0; i < d->count; i++) motion_free(&d->motions[i]);
    free(d->motions);
    free(d->rows);
    cluster_windows_free(&d->windows);
    *d = (GenreDances){0};
}

int genre_dances_read(const Dataset *set, const char *genre, GenreDances *d, Error *err) {
    *d = (GenreDances){.genre = genre};
    d->rows = calloc(set->count, sizeof *d->rows);
    d->motions = calloc(set->count, sizeof *d->motions);
    if (!d->rows || !d->motions) return error_set(err, "out of memory");
    for (size_t r = 0; r < set->count; r++) {
        if (strcmp(set->rows[r].genre, genre) != 0) continue;
        Motion *m = &d->motions[d->count];
        if (motion_read(set->rows[r].motion, m, err)) return -1;
        d->rows[d->count++] = r;
        const Motion *first = &d->motions[0];
        if (m->joints != first->joints || m->fps != first->fps)
            return error_set(err,
                             "%s: has %zu joints at %g frames per second, but the first dance of "
                             "genre %s has %zu at %g",
                             set->rows[r].motion, m->joints, m->fps, genre, first->joints,
                             first->fps);
    }
    return 0;
}

int cluster_arrays(const GenreDances *d, const Affinity *a, Tensors *arrays, Error *err) {
    const ClusterWindows *w = &d->windows;
    size_t shape[3] = {a->count, w->frames, w->dim}, pairs[2] = {w->count, 2};
    Tensor centers, exemplars, labels, segments;
    if (tensor_new(&centers, TENSOR_F32, 3, shape, 0, err)) return -1;
    for (size_t i = 0; i < a->count; i++)
        cluster_windows_copy(w, a->exemplars[i], tensor_f32(&centers) + i * w->frames * w->dim);
    if (tensors_add(arrays, "centers", &centers, err)) return -1;
    if (tensor_new(&exemplars, TENSOR_I64, 1, &a->count, 0, err)) return -1;
    for (size_t i = 0; i < a->count; i++) tensor_i64(&exemplars)[i] = (int64_t)a->exemplars[i];
    if (tensors_add(arrays, "exemplars", &exemplars, err)) return -1;
    if (tensor_new(&labels, TENSOR_I64, 1, &a->points, 0, err)) return -1;
    for (size_t i = 0; i < a->points; i++) tensor_i64(&labels)[i] = (int64_t)a->labels[i];
    if (tensors_add(arrays, "labels", &labels, err)) return -1;
    if (tensor_new(&segments, TENSOR_I64, 2, pairs, 0, err)) return -1;
    for (size_t i = 0; i < w->count; i++) {
        tensor_i64(&segments)[2 * i] = (int64_t)d->rows[w->motion[i]];
        tensor_i64(&segments)[2 * i + 1] = (int64_t)w->first[i];
    }
    return tensors_add(arrays, "segments", &segments, err) ||
           tensors_add_f64(arrays, "fps", d->motions[0].fps, err);
}
