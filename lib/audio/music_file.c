#include "lib/audio/music_file.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"

enum { DEFAULT_FPS = 60, NAME_SIZE = 14 /* "onset_strength" */ };

const MusicBlock music_blocks[MUSIC_BLOCKS] = {
    {"onset_strength", 1}, {"mfcc", 20}, {"chroma", 12}, {"onsets", 1}, {"beats", 1}};

size_t music_width(unsigned blocks) {
    size_t width = 0;
    for (size_t i = 0; i < MUSIC_BLOCKS; i++) width += blocks & 1u << i ? music_blocks[i].width : 0;
    return width;
}

size_t music_column(unsigned blocks, unsigned block) { return music_width(blocks & (block - 1)); }

/* The block of that name of `size` bytes, 0 if there is none. */
static unsigned block_named(const char *name, size_t size) {
    for (size_t i = 0; i < MUSIC_BLOCKS; i++)
        if (strlen(music_blocks[i].name) == size && memcmp(music_blocks[i].name, name, size) == 0)
            return 1u << i;
    return 0;
}

int music_blocks_parse(const char *list, unsigned *blocks, Error *err) {
    unsigned set = 0;
    for (const char *name = list;; name++) {
        const size_t size = strcspn(name, ",");
        const unsigned block = block_named(name, size);
        if (!block)
            return error_set(err,
                             "'%.*s' is not one of onset_strength, mfcc, chroma, onsets, beats",
                             (int)(size < 40 ? size : 40), name);
        if (set & block) return error_set(err, "%.*s is named twice", (int)size, name);
        set |= block;
        name += size;
        if (!*name) break;
    }
    *blocks = set;
    return 0;
}

/* Column i of a file that names its columns belongs to the block `names` says; blocks come whole
 * and in order. */
static int take_columns(const Tensor *names, size_t dim, unsigned *blocks, Error *err) {
    if (names->type != TENSOR_BYTES || names->rank != 1 || names->shape[0] != dim)
        return error_set(err, "'columns' does not name the %zu columns of 'features'", dim);
    unsigned set = 0;
    for (size_t i = 0; i < dim; i++) {
        const char *name = (const char *)names->data + i * names->item_size;
        set |= block_named(name, strnlen(name, names->item_size));
    }
    bool good = music_width(set) == dim;
    for (size_t b = 0, i = 0; b < MUSIC_BLOCKS && good; b++)
        for (size_t k = 0; set & 1u << b && k < music_blocks[b].width && good; k++, i++) {
            const char *name = (const char *)names->data + i * names->item_size;
            good = block_named(name, strnlen(name, names->item_size)) == 1u << b;
        }
    *blocks = set;
    return good ? 0
                : error_set(err, "'columns' names no whole blocks in the order onset_strength, "
                                 "mfcc, chroma, onsets, beats");
}

static int add_columns(Tensors *set, unsigned blocks, Error *err) {
    Tensor t;
    const size_t width = music_width(blocks);
    if (tensor_new(&t, TENSOR_BYTES, 1, &width, NAME_SIZE, err)) return -1;
    char *name = t.data;
    for (size_t b = 0; b < MUSIC_BLOCKS; b++)
        for (size_t k = 0; blocks & 1u << b && k < music_blocks[b].width; k++, name += NAME_SIZE)
            memcpy(name, music_blocks[b].name, strlen(music_blocks[b].name));
    return tensors_add(set, "columns", &t, err);
}

static int take_music(Tensors *set, Music *m, Error *err) {
    int bare = set->count == 1 && set->items[0].name[0] == '\0';
    Tensor *t = bare ? &set->items[0].tensor : tensors_need(set, "features", err);
    if (!t) return -1;
    char shape[256];
    if (t->rank != 2 || t->shape[0] == 0 || t->shape[1] == 0)
        return error_set(err, "music features have shape %s, [frames, dimensions] is needed",
                         tensor_shape_text(t, shape));
    if (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err))
        return error_prefix(err, "music features");
    m->fps = DEFAULT_FPS;
    if (scalar_find(set, &scalar_fps, &m->fps, NULL, err) ||
        scalar_find(set, &scalar_tempo, &m->tempo, NULL, err))
        return -1;
    m->frames = t->shape[0];
    m->dim = t->shape[1];
    m->blocks = m->dim == music_width(MUSIC_ALL) ? MUSIC_ALL : 0;
    const Tensor *columns = tensors_find(set, "columns");
    if (columns && take_columns(columns, m->dim, &m->blocks, err)) return -1;
    m->data = t->data;
    t->data = NULL;
    return 0;
}

int music_read(const char *path, Music *out, Error *err) {
    *out = (Music){0};
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    Music m = {0};
    int bad = take_music(&set, &m, err);
    tensors_free(&set);
    if (bad) return error_prefix(err, path);
    *out = m;
    return 0;
}

int music_write(const char *path, const Music *m, Error *err) {
    Tensors set = {0};
    Tensor t;
    if (tensor_new(&t, TENSOR_F32, 2, (size_t[]){m->frames, m->dim}, 0, err))
        return error_prefix(err, path);
    if (t.data) memcpy(t.data, m->data, m->frames * m->dim * sizeof(float));
    int bad = tensors_add(&set, "features", &t, err) || tensors_add_f64(&set, "fps", m->fps, err) ||
              tensors_add_f64(&set, "tempo", m->tempo, err) ||
              (m->blocks && m->blocks != MUSIC_ALL && add_columns(&set, m->blocks, err));
    if (bad) error_prefix(err, path);
    bad = bad || npz_write(path, &set, err);
    tensors_free(&set);
    return bad ? -1 : 0;
}

void music_free(Music *m) {
    free(m->data);
    *m = (Music){0};
}

char *music_dim_text(const Music *m, char *text) {
    char *end = text + sprintf(text, "%zu", m->dim);
    if (!m->blocks || m->blocks == MUSIC_ALL) return text;
    const char *before = " (";
    for (size_t b = 0; b < MUSIC_BLOCKS; b++) {
        if (!(m->blocks & 1u << b)) continue;
        end += sprintf(end, "%s%s", before, music_blocks[b].name);
        before = ", ";
    }
    strcpy(end, ")");
    return text;
}

int music_need(const Music *m, unsigned block, size_t *column, Error *err) {
    char text[100];
    if (m->blocks & block) {
        *column = music_column(m->blocks, block);
        return 0;
    }
    size_t b = 0;
    while (1u << b < block) b++;
    return error_set(err, "the music has no column '%s': its features a frame are %s",
                     music_blocks[b].name, music_dim_text(m, text));
}
