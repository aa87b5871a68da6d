/* motion.c: motions in memory, AIST++ names, forward kinematics. */
#include "motion.h"

#include <stdlib.h>
#include <string.h>

int motion_new(Motion *out, size_t frames, size_t joints, Error *err) {
    *out = (Motion){.frames = frames, .joints = joints, .fps = 60};
    size_t dim = 0, count = 0, bytes = 0;
    if (__builtin_mul_overflow(joints, (size_t)9, &dim) || __builtin_add_overflow(dim, (size_t)3, &dim) ||
        __builtin_mul_overflow(dim, frames, &count) || __builtin_mul_overflow(count, sizeof *out->data, &bytes)) {
        *out = (Motion){0};
        return fail(err, "a motion of %zu frames and %zu joints is too large", frames, joints);
    }
    out->data = calloc(count ? count : 1, sizeof *out->data);
    out->genre = strdup("");
    out->music = strdup("");
    if (out->data && out->genre && out->music) return 0;
    motion_free(out);
    return fail(err, "out of memory for a motion of %zu frames and %zu joints", frames, joints);
}

int motion_set_names(Motion *m, const char *genre, const char *music, Error *err) {
    char *g = strdup(genre), *s = strdup(music);
    if (!g || !s) {
        free(g);
        free(s);
        return fail(err, "out of memory");
    }
    free(m->genre);
    free(m->music);
    m->genre = g;
    m->music = s;
    return 0;
}

void motion_free(Motion *m) {
    free(m->data);
    free(m->genre);
    free(m->music);
    *m = (Motion){0};
}

/* --- AIST++ names --- */

/* Fields gGENRE, sSITUATION, cCAMERA, dDANCER, mMUSIC, chCHOREOGRAPHY: what each begins with. */
static const char *const field_starts[] = {"g", "s", "c", "d", "m", "ch"};
enum { FIELDS = 6 };

int aist_parse_name(const char *name, char genre[16], char music[32]) {
    for (int field = 0; field < FIELDS; field++) {
        size_t length = strcspn(name, "_");
        size_t start = strlen(field_starts[field]);
        if (length <= start || strncmp(name, field_starts[field], start) != 0) return -1;
        if ((name[length] == '\0') != (field == FIELDS - 1)) return -1;
        if (field == 0) {
            if (length - 1 >= 16) return -1;
            memcpy(genre, name + 1, length - 1);
            genre[length - 1] = '\0';
        } else if (field == 4) {
            if (length >= 32) return -1;
            memcpy(music, name, length);
            music[length] = '\0';
        }
        name += length + (name[length] != '\0');
    }
    return 0;
}

/* --- forward kinematics --- */

/* global_j = global_parent R_j; position_j = position_parent + global_parent offset_j. */
static void frame_joints(const float *frame, const double *rotations, const Skeleton *s, double *positions) {
    double global[9 * JOINTS_MAX];
    for (size_t j = 0; j < s->joints; j++) {
        const double *local = rotations + 9 * j, *offset = s->offsets + 3 * j;
        if (s->parents[j] < 0) {
            memcpy(global + 9 * j, local, 9 * sizeof *local);
            for (size_t i = 0; i < 3; i++) positions[3 * j + i] = (double)frame[i] + offset[i];
            continue;
        }
        size_t p = (size_t)s->parents[j];
        const double *g = global + 9 * p;
        rotation_multiply(g, local, global + 9 * j);
        for (size_t i = 0; i < 3; i++)
            positions[3 * j + i] = positions[3 * p + i] + g[3 * i] * offset[0] + g[3 * i + 1] * offset[1] + g[3 * i + 2] * offset[2];
    }
}

static void frame_rotations(const float *frame, size_t joints, double *rotations) {
    for (size_t j = 0; j < joints; j++) {
        double matrix[9];
        for (size_t i = 0; i < 9; i++) matrix[i] = (double)frame[3 + 9 * j + i];
        rotation_nearest(matrix, rotations + 9 * j);
    }
}

void motion_rotations(const Motion *m, double *rotations) {
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < m->frames; t++) frame_rotations(m->data + t * motion_dim(m), m->joints, rotations + 9 * m->joints * t);
}

void motion_joints_of(const Motion *m, const double *rotations, const Skeleton *s, double *positions) {
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < m->frames; t++)
        frame_joints(m->data + t * motion_dim(m), rotations + 9 * s->joints * t, s, positions + 3 * s->joints * t);
}

void motion_joints(const Motion *m, const Skeleton *s, double *positions) {
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < m->frames; t++) {
        double rotations[9 * JOINTS_MAX];
        frame_rotations(m->data + t * motion_dim(m), m->joints, rotations);
        frame_joints(m->data + t * motion_dim(m), rotations, s, positions + 3 * s->joints * t);
    }
}
