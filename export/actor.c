#include "export/actor.h"

#include <stdbool.h>
#include <stdlib.h>

#include "export/colour.h"
#include "export/palette.h"

static void choose_colour(Actor *a, size_t number, bool seed) {
    unsigned long rgb = strtoul(palette_colour(number) + 1, NULL, 16);
    for (int k = 0; k < 3; k++) {
        a->colour[k] = colour_decode((unsigned char)(rgb >> (16 - 8 * k) & 255));
        if (seed) a->colour[k] = 0.5f * a->colour[k] + 0.4f;
    }
}

int actor_new(Actor *out, const Figure *f, const Clip *c, size_t t, const double shift[3],
              size_t number, Error *err) {
    const PoseTrack *b = &c->body;
    double *globals = malloc(9 * b->joints * sizeof *globals);
    *out = (Actor){.figure = f,
                   .position = malloc((3 * f->vertices + 1) * sizeof(float)),
                   .normal = malloc((3 * f->vertices + 1) * sizeof(float))};
    if (!globals || !out->position || !out->normal) {
        free(globals);
        actor_free(out);
        return error_set(err, "out of memory for the figure");
    }
    skeleton_global_rotations(c->skeleton, b->rotations + 9 * t * b->joints, globals);
    figure_pose(f, c->skeleton, b->positions + 3 * t * b->joints, globals, out->position,
                out->normal);
    for (size_t i = 0; i < 3 * f->vertices; i++) out->position[i] += (float)shift[i % 3];
    choose_colour(out, number, t < c->seed_frames);
    free(globals);
    return 0;
}

void actor_free(Actor *a) {
    free(a->position);
    free(a->normal);
    *a = (Actor){0};
}
