#include "export/clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/numbers.h"

int clip_new(Clip *out, const Motion *m, const char *name, const Skeleton *s, Error *err) {
    *out = (Clip){.seed_frames = (size_t)m->seed_frames, .skeleton = s};
    PoseTrack body;
    if (pose_track_new(&body, m, 0, m->frames, s, err)) return -1;
    out->body = body;
    out->name = strdup(name);
    out->genre = strdup(m->genre);
    out->music = strdup(m->music);
    if (out->name && out->genre && out->music) return 0;
    clip_free(out);
    return error_set(err, "out of memory");
}

void clip_free(Clip *c) {
    free(c->name);
    free(c->genre);
    free(c->music);
    pose_track_free(&c->body);
    pose_track_free(&c->measured);
    *c = (Clip){0};
}

int clip_floor(const Clip *c, double *floor, Error *err) {
    const PoseTrack *b = &c->body;
    double *lowest = malloc(b->frames * sizeof *lowest);
    if (!lowest) return error_set(err, "out of memory for %zu frames", b->frames);
    for (size_t t = 0; t < b->frames; t++) {
        lowest[t] = INFINITY;
        for (size_t j = 0; j < b->joints; j++)
            lowest[t] = fmin(lowest[t], b->positions[3 * (t * b->joints + j) + 1]);
    }
    doubles_sort(lowest, b->frames);
    *floor = lowest[b->frames * 3 / 10] - clip_sole;
    free(lowest);
    return 0;
}
