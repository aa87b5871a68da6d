#include "export/clip.h"

#include <stdlib.h>
#include <string.h>

int clip_new(Clip *out, const Motion *m, const char *name, const Skeleton *s, Error *err) {
    *out = (Clip){.seed_frames = (size_t)m->seed_frames, .skeleton = s};
    Body body;
    if (body_new(&body, m, 0, m->frames, s, err)) return -1;
    out->body = body;
    out->name = strdup(name);
    out->genre = strdup(m->genre);
    out->music = strdup(m->music);
    if (out->name && out->genre && out->music) return 0;
    clip_free(out);
    return fail(err, "out of memory");
}

void clip_free(Clip *c) {
    free(c->name);
    free(c->genre);
    free(c->music);
    body_free(&c->body);
    *c = (Clip){0};
}
