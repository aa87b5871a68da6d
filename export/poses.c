#include "export/poses.h"

#include <stdlib.h>
#include <string.h>

#include "lib/motion/heading.h"
#include "lib/motion/pose_track.h"

static int allocate(PoseSet *p, size_t count, size_t dim, Error *err) {
    *p = (PoseSet){.count = count,
                   .dim = dim,
                   .vectors = calloc(count * dim + 1, sizeof(double)),
                   .group = calloc(count + 1, sizeof(size_t))};
    if (p->vectors && p->group) return 0;
    poses_free(p);
    return error_set(err, "out of memory for %zu poses", count);
}

void poses_free(PoseSet *p) {
    free(p->vectors);
    free(p->group);
    strings_free(&p->groups);
    *p = (PoseSet){0};
}

/* The root's z axis, seen from above, is turned to face ahead. */
static void take_pose(const PoseTrack *b, size_t t, double *out) {
    const double *r = b->rotations + 9 * t * b->joints, *p = b->positions + 3 * t * b->joints;
    double sine, cosine;
    heading_of(r[2], r[8], &sine, &cosine);
    for (size_t j = 1; j < b->joints; j++) {
        double x = p[3 * j] - p[0], z = p[3 * j + 2] - p[2];
        out[3 * (j - 1)] = cosine * x - sine * z;
        out[3 * (j - 1) + 1] = p[3 * j + 1] - p[1];
        out[3 * (j - 1) + 2] = sine * x + cosine * z;
    }
}

int poses_sample(const Motion *m, const Skeleton *s, size_t count, PoseSet *out, Error *err) {
    size_t seed = (size_t)m->seed_frames, frames = m->frames - seed;
    PoseTrack b;
    *out = (PoseSet){0};
    if (count > frames) count = frames;
    if (m->joints < 2) return error_set(err, "a body of one joint has no pose");
    if (pose_track_new(&b, m, seed, frames, s, err)) return -1;
    int status = allocate(out, count, 3 * (b.joints - 1), err);
    for (size_t i = 0; !status && i < count; i++)
        take_pose(&b, i * frames / count, out->vectors + i * out->dim);
    if (!status) status = strings_add(&out->groups, *m->genre ? m->genre : "unknown", err);
    pose_track_free(&b);
    if (status) poses_free(out);
    return status;
}

static size_t find(const Strings *list, const char *text) {
    size_t i = 0;
    while (i < list->count && strcmp(list->items[i], text) != 0) i++;
    return i;
}

int poses_join(const PoseSet *sets, size_t count, PoseSet *out, Error *err) {
    size_t total = 0;
    *out = (PoseSet){0};
    for (size_t i = 0; i < count; i++) {
        if (sets[i].dim != sets[0].dim)
            return error_set(err, "bodies of %zu and of %zu joints cannot be compared",
                             sets[0].dim / 3 + 1, sets[i].dim / 3 + 1);
        total += sets[i].count;
    }
    if (total < 2) return error_set(err, "no two poses: nothing to compare");
    if (allocate(out, total, sets[0].dim, err)) return -1;
    for (size_t i = 0; i < count; i++)
        for (size_t g = 0; g < sets[i].groups.count; g++)
            if (find(&out->groups, sets[i].groups.items[g]) == out->groups.count &&
                strings_add(&out->groups, sets[i].groups.items[g], err)) {
                poses_free(out);
                return -1;
            }
    strings_sort(&out->groups);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (sets[i].count)
            memcpy(out->vectors + at * out->dim, sets[i].vectors,
                   sets[i].count * out->dim * sizeof(double));
        for (size_t k = 0; k < sets[i].count; k++)
            out->group[at++] = find(&out->groups, sets[i].groups.items[sets[i].group[k]]);
    }
    return 0;
}
