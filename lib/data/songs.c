#include "lib/data/songs.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *path;
    size_t use;
} Use;

static int by_path(const void *a, const void *b) {
    const Use *x = a, *y = b;
    const int order = strcmp(x->path, y->path);
    return order ? order : (x->use > y->use) - (x->use < y->use);
}

/* of_use[i]: the first use of the same path. */
static int find_first_uses(Songs *s, const char *const *paths, size_t uses, Error *err) {
    Use *sorted = malloc((uses + 1) * sizeof *sorted);
    if (!sorted) return error_set(err, "out of memory");
    for (size_t i = 0; i < uses; i++) sorted[i] = (Use){paths[i], i};
    qsort(sorted, uses, sizeof *sorted, by_path);
    for (size_t i = 0, first = 0; i < uses; i++) {
        if (strcmp(sorted[i].path, sorted[first].path) != 0) first = i;
        s->of_use[sorted[i].use] = sorted[first].use;
    }
    free(sorted);
    return 0;
}

int songs_new(Songs *out, const char *const *paths, size_t uses, SongLoad *load, void *context,
              Error *err) {
    *out = (Songs){.items = calloc(uses + 1, sizeof *out->items),
                   .of_use = calloc(uses + 1, sizeof *out->of_use),
                   .load = load,
                   .context = context};
    int status = out->items && out->of_use ? 0 : error_set(err, "out of memory");
    if (!status) status = find_first_uses(out, paths, uses, err);
    if (status) {
        songs_free(out);
        return -1;
    }
    for (size_t i = 0; i < uses; i++) {
        const size_t first = out->of_use[i];
        if (first == i) {
            out->of_use[i] = out->count;
            out->items[out->count++].path = paths[i];
        } else
            out->of_use[i] = out->of_use[first];
        out->items[out->of_use[i]].uses_left++;
    }
    return 0;
}

int songs_get(Songs *s, size_t use, const Music **music, Error *err) {
    Song *song = &s->items[s->of_use[use]];
    if (!song->music.data && s->load(s->context, song->path, &song->music, err)) return -1;
    *music = &song->music;
    return 0;
}

void songs_done(Songs *s, size_t use) {
    Song *song = &s->items[s->of_use[use]];
    if (--song->uses_left == 0) music_free(&song->music);
}

void songs_free(Songs *s) {
    for (size_t i = 0; s->items && i < s->count; i++) music_free(&s->items[i].music);
    free(s->items);
    free(s->of_use);
    *s = (Songs){0};
}
