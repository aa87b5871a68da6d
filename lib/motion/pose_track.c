/* pose_track.c: motion to rotations and joints. */
#include "lib/motion/pose_track.h"

#include <stdlib.h>

int pose_track_new(PoseTrack *out, const Motion *m, size_t first, size_t count, const Skeleton *s,
                   Error *err) {
    *out = (PoseTrack){0};
    if (s->joints != m->joints)
        return error_set(
            err,
            "the motion has %zu joints, the skeleton %zu (give the body's own with --skeleton)",
            m->joints, s->joints);
    if (first > m->frames || count > m->frames - first)
        return error_set(err, "frames %zu to %zu were asked for, the motion has %zu", first,
                         first + count, m->frames);
    size_t n = count ? count * m->joints : 1;
    PoseTrack b = {count,
                   m->joints,
                   m->fps,
                   malloc(3 * (count + 1) * sizeof(double)),
                   malloc(9 * n * sizeof(double)),
                   malloc(3 * n * sizeof(double))};
    if (!b.translations || !b.rotations || !b.positions) {
        pose_track_free(&b);
        return error_set(err, "out of memory for %zu frames", count);
    }
    Motion part = *m; /* a view, not owned */
    part.data = m->data + first * motion_dim(m);
    part.frames = count;
    motion_pose(&part, s, b.rotations, b.positions);
    for (size_t t = 0; t < count; t++)
        for (size_t i = 0; i < 3; i++)
            b.translations[3 * t + i] = (double)part.data[t * motion_dim(m) + i];
    *out = b;
    return 0;
}

void pose_track_free(PoseTrack *b) {
    free(b->translations);
    free(b->rotations);
    free(b->positions);
    *b = (PoseTrack){0};
}

PoseTrack pose_track_part(const PoseTrack *b, size_t first, size_t count) {
    PoseTrack part = *b;
    part.frames = count;
    part.translations += 3 * first;
    if (part.rotations) part.rotations += 9 * b->joints * first;
    part.positions += 3 * b->joints * first;
    return part;
}
