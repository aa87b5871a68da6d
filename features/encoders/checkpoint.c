#include "features/encoders/checkpoint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/checksum.h"
#include "lib/base/file.h"
#include "lib/base/memory.h"

/* --- settings --- */

int settings_read(const char *folder, const char *name, JsonFields *f, bool *there, Error *err) {
    char *path = path_join(folder, name);
    if (!path) return error_set(err, "%s: out of memory", folder);
    *there = file_exists(path);
    int status = *there ? json_fields_read(path, f, err) : 0;
    free(path);
    return status;
}

static int need_flag(const JsonFields *f, const char *name, bool wanted, Error *err) {
    bool on = wanted;
    if (json_field_bool(f, name, &on, err)) return -1;
    if (on == wanted) return 0;
    return error_set(err, "'%s' is %s, which is not supported", name, on ? "on" : "off");
}

int setting_need_off(const JsonFields *f, const char *name, Error *err) {
    return need_flag(f, name, false, err);
}

int setting_need_on(const JsonFields *f, const char *name, Error *err) {
    return need_flag(f, name, true, err);
}

int setting_need_text(const JsonFields *f, const char *name, const char *wanted, Error *err) {
    char text[64];
    snprintf(text, sizeof text, "%s", wanted);
    if (json_field_text(f, name, text, sizeof text, err)) return -1;
    if (strcmp(text, wanted) == 0) return 0;
    return error_set(err, "'%s' is \"%s\"; only \"%s\" is supported", name, text, wanted);
}

/* --- weights --- */

enum { LOADER_NAME = 200 };

void weight_blocks_free(WeightBlocks *b) {
    for (size_t i = 0; i < b->count; i++) free(b->items[i]);
    free(b->items);
    *b = (WeightBlocks){0};
}

void weight_blocks_drop(WeightBlocks *b, const float *item) {
    for (size_t i = 0; item && i < b->count; i++)
        if (b->items[i] == item) {
            free(b->items[i]);
            b->items[i] = b->items[--b->count];
            return;
        }
}

int weight_blocks_pack(WeightBlocks *b, MatmulWeights *w, Error *err) {
    const float *plain = w->b;
    if (matmul_pack(w, err)) return -1;
    if (!w->b) weight_blocks_drop(b, plain);
    return 0;
}

static float *add_block(WeightBlocks *b, size_t count) {
    if (b->count == b->capacity) {
        size_t capacity = b->capacity ? 2 * b->capacity : 64;
        float **bigger = realloc(b->items, capacity * sizeof *bigger);
        if (!bigger) return NULL;
        b->items = bigger;
        b->capacity = capacity;
    }
    float *block = memory_block(count * sizeof *block);
    if (block) b->items[b->count++] = block;
    return block;
}

float *loader_room(WeightLoader *l, size_t count) {
    float *out = l->failed ? NULL : add_block(l->blocks, count);
    if (!out && !l->failed) error_set(l->err, "%s: out of memory", weights_path(l->weights));
    if (!out) l->failed = true;
    return out;
}

static void add_to_print(WeightLoader *l, const float *x, size_t count) {
    WeightBlocks *b = l->blocks;
    b->print = checksum_add(b->print ? b->print : CHECKSUM_OF_NOTHING, x, count);
}

/* Checks a tensor and then reads it into out, or into room of its own if that is NULL; where it
 * lies, or NULL. */
static float *read_tensor(WeightLoader *l, int rank, const size_t *shape, float *out,
                          const char *name) {
    size_t count = 1;
    if (l->failed || weights_check(l->weights, name, rank, shape, l->err)) {
        l->failed = true;
        return NULL;
    }
    for (int d = 0; d < rank; d++) count *= shape[d];
    if (!out) out = loader_room(l, count);
    if (!out || weights_read(l->weights, name, rank, shape, out, l->err)) {
        l->failed = true;
        return NULL;
    }
    add_to_print(l, out, count);
    return out;
}

float *loader_take(WeightLoader *l, int rank, const size_t *shape, const char *format, ...) {
    char name[LOADER_NAME];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    return read_tensor(l, rank, shape, NULL, name);
}

const float *loader_view(WeightLoader *l, int rank, const size_t *shape, const char *format, ...) {
    char name[LOADER_NAME];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    const bool may = l->in_place && !l->failed;
    const float *view = may ? weights_view(l->weights, name, rank, shape) : NULL;
    if (!view) return read_tensor(l, rank, shape, NULL, name);
    size_t count = 1;
    for (int d = 0; d < rank; d++) count *= shape[d];
    add_to_print(l, view, count);
    return view;
}

void loader_read(WeightLoader *l, int rank, const size_t *shape, float *out, const char *format,
                 ...) {
    char name[LOADER_NAME];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    if (out)
        read_tensor(l, rank, shape, out, name);
    else
        l->failed = true; /* the room that was asked for before */
}

Affine loader_norm(WeightLoader *l, size_t n, const char *name) {
    float *weight = loader_take(l, 1, &n, "%s.weight", name);
    return (Affine){weight, loader_take(l, 1, &n, "%s.bias", name)};
}

Affine loader_linear(WeightLoader *l, size_t out, size_t in, const char *name) {
    float *weight = loader_take(l, 2, (size_t[]){out, in}, "%s.weight", name);
    return (Affine){weight, loader_take(l, 1, &out, "%s.bias", name)};
}
