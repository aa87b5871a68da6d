#include "lib/audio/music_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/formats/scalar.h"
#include "lib/formats/tensor_file.h"

/* --- reading --- */

/* A text of a suitable length; what else other programs store under that name is ignored. */
static void take_text(const Tensors *set, const char *name, char text[MUSIC_NAME_SIZE]) {
    const Tensor *t = tensors_find(set, name);
    if (!t || t->type != TENSOR_BYTES || t->rank != 0 || !t->data) return;
    const size_t length = strnlen(t->data, t->item_size);
    if (length < MUSIC_NAME_SIZE) memcpy(text, t->data, length);
}

static const char *column_name(const Tensor *names, size_t i, size_t *length) {
    const char *name = (const char *)names->data + i * names->item_size;
    *length = strnlen(name, names->item_size);
    return name;
}

/* Names of columns -> blocks: neighbours of one name are one. */
static int take_columns(const Tensor *names, size_t dim, char layout[MUSIC_LAYOUT_SIZE],
                        Error *err) {
    if (names->type != TENSOR_BYTES || names->rank != 1 || names->shape[0] != dim || !names->data)
        return error_set(err, "'columns' does not name the %zu columns of 'features'", dim);
    for (size_t i = 0, width; i < dim; i += width) {
        size_t length, other = 0;
        const char *name = column_name(names, i, &length);
        for (width = 1; i + width < dim; width++) {
            const char *next = column_name(names, i + width, &other);
            if (other != length || memcmp(name, next, length) != 0) break;
        }
        if (music_layout_append(layout, name, length, width))
            return error_set(err, "'columns' has a name that is none, or too many of them: '%.*s'",
                             (int)(length < 40 ? length : 40), name);
    }
    return music_layout_width(layout) == dim
               ? 0
               : error_set(err, "'columns': the columns of one name are not side by side");
}

static int take_identity(const Tensors *set, Music *m, Error *err) {
    const Tensor *columns = tensors_find(set, "columns");
    MusicIdentity *i = &m->identity;
    take_text(set, "name", i->name);
    take_text(set, "version", i->version);
    if (columns && take_columns(columns, m->dim, i->columns, err)) return -1;
    if (!i->name[0] || !i->version[0]) i->name[0] = i->version[0] = '\0';
    return music_identity_check(i, m->dim, err);
}

static int take_music(Tensors *set, Music *m, Error *err) {
    const bool bare = set->count == 1 && set->items[0].name[0] == '\0';
    Tensor *t = bare ? &set->items[0].tensor : tensors_need(set, "features", err);
    if (!t) return -1;
    char shape[256];
    if (t->rank != 2 || t->shape[0] == 0 || t->shape[1] == 0)
        return error_set(err, "music features have shape %s, [frames, dimensions] is needed",
                         tensor_shape_text(t, shape));
    if (tensor_convert(t, TENSOR_F32, err) || tensor_check_finite(t, err))
        return error_prefix(err, "music features");
    m->frames = t->shape[0];
    m->dim = t->shape[1];
    if (scalar_find(set, &scalar_fps, &m->fps, NULL, err) ||
        scalar_find(set, &scalar_tempo, &m->tempo, NULL, err) || take_identity(set, m, err))
        return -1;
    m->data = t->data;
    t->data = NULL;
    return 0;
}

int music_read(const char *path, Music *out, Error *err) {
    *out = (Music){0};
    Tensors set;
    if (tensor_file_read(path, &set, err)) return -1;
    Music m = {0};
    const int bad = take_music(&set, &m, err);
    tensors_free(&set);
    if (bad) return error_prefix(err, path);
    *out = m;
    return 0;
}

/* --- writing --- */

static int add_columns(Tensors *set, const char *layout, size_t dim, Error *err) {
    size_t longest = 1;
    MusicBlock b;
    for (const char *at = layout; *at && music_layout_next(&at, &b);)
        if (b.length > longest) longest = b.length;
    Tensor t;
    if (tensor_new(&t, TENSOR_BYTES, 1, &dim, longest, err)) return -1;
    char *name = t.data;
    for (const char *at = layout; *at && music_layout_next(&at, &b);)
        for (size_t k = 0; k < b.width; k++, name += longest) memcpy(name, b.name, b.length);
    return tensors_add(set, "columns", &t, err);
}

static int add_identity(Tensors *set, const Music *m, Error *err) {
    const MusicIdentity *i = &m->identity;
    if (music_identity_check(i, m->dim, err)) return -1;
    if (music_identity_known(i) && (tensors_add_text(set, "name", i->name, err) ||
                                    tensors_add_text(set, "version", i->version, err)))
        return -1;
    return i->columns[0] ? add_columns(set, i->columns, m->dim, err) : 0;
}

/* The features, which are not copied (an hour of an encoder's is half a gigabyte), before the
 * others.
 */
static int write_with_features(const char *path, const Music *m, const Tensors *others,
                               Error *err) {
    char name[] = "features";
    NamedTensor *items = calloc(others->count + 1, sizeof *items);
    if (!items) return error_set(err, "%s: out of memory", path);
    items[0] = (NamedTensor){name,
                             {.type = TENSOR_F32,
                              .rank = 2,
                              .shape = {m->frames, m->dim},
                              .item_size = sizeof *m->data,
                              .data = m->data}};
    for (size_t i = 0; i < others->count; i++) items[i + 1] = others->items[i];
    const Tensors all = {.items = items, .count = others->count + 1};
    const int status = npz_write(path, &all, err);
    free(items);
    return status;
}

int music_write(const char *path, const Music *m, Error *err) {
    Tensors others = {0};
    int bad = (m->fps > 0 && tensors_add_f64(&others, "fps", m->fps, err)) ||
              tensors_add_f64(&others, "tempo", m->tempo, err) || add_identity(&others, m, err);
    if (bad) error_prefix(err, path);
    bad = bad || write_with_features(path, m, &others, err);
    tensors_free(&others);
    return bad ? -1 : 0;
}

void music_free(Music *m) {
    free(m->data);
    *m = (Music){0};
}

const char *music_note_text(unsigned notes, unsigned note) {
    if (!(notes & note)) return NULL;
    if (note == MUSIC_CUT)
        return "ends early or is damaged; the features are of what could be decoded";
    if (note == MUSIC_DULL)
        return "sampled at a lower rate than the encoder takes, so that its highest band, which "
               "the encoder knows from music, is empty";
    return "there is no onset in it: tempo 0, no beats";
}

int music_need(const Music *m, const char *block, size_t *column, Error *err) {
    if (music_layout_find(m->identity.columns, block, column)) return 0;
    if (!m->identity.columns[0])
        return error_set(err, "the music has no column '%s': its %zu columns have no names", block,
                         m->dim);
    return error_set(err, "the music has no column '%s', only %s", block, m->identity.columns);
}
