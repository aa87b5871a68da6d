/* motion.c: motions in memory, AIST++ names. */
#include "lib/motion/motion.h"

#include <stdlib.h>
#include <string.h>

int motion_new(Motion *out, size_t frames, size_t joints, Error *err) {
    *out = (Motion){.frames = frames, .joints = joints, .fps = 60};
    size_t dim = 0, count = 0, bytes = 0;
    if (__builtin_mul_overflow(joints, (size_t)9, &dim) ||
        __builtin_add_overflow(dim, (size_t)3, &dim) ||
        __builtin_mul_overflow(dim, frames, &count) ||
        __builtin_mul_overflow(count, sizeof *out->data, &bytes)) {
        *out = (Motion){0};
        return error_set(err, "a motion of %zu frames and %zu joints is too large", frames, joints);
    }
    out->data = calloc(count ? count : 1, sizeof *out->data);
    out->genre = strdup("");
    out->music = strdup("");
    if (out->data && out->genre && out->music) return 0;
    motion_free(out);
    return error_set(err, "out of memory for a motion of %zu frames and %zu joints", frames,
                     joints);
}

int motion_set_names(Motion *m, const char *genre, const char *music, Error *err) {
    char *g = strdup(genre), *s = strdup(music);
    if (!g || !s) {
        free(g);
        free(s);
        return error_set(err, "out of memory");
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
