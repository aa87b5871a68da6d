#include "lib/formats/weights.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/json_fields.h"
#include "lib/formats/safetensors.h"
#include "lib/formats/torch_file.h"

enum { FILES_MAX = 1024, NAME_MAX_BYTES = 640 };

/* One file; one of the two is NULL. */
typedef struct {
    char *name; /* owned; as the index has it */
    Safetensors *safetensors;
    TorchFile *torch;
} WeightFile;

/* One tensor; one of the two is NULL. */
typedef struct {
    const char *name;
    const SafetensorsView *safetensors;
    const TorchTensor *torch;
    bool used;
} Weight;

struct Weights {
    char *path; /* owned */
    WeightFile *files;
    size_t file_count;
    Weight *items; /* sorted by name */
    size_t count;
    const char *prefix;
};

static int compare_weights(const void *a, const void *b) {
    return strcmp(((const Weight *)a)->name, ((const Weight *)b)->name);
}

/* --- opening --- */

static size_t file_tensors(const WeightFile *f) {
    return f->torch ? torch_file_count(f->torch) : safetensors_count(f->safetensors);
}

static int open_file(Weights *w, const char *path, const char *name, Error *err) {
    WeightFile *f = &w->files[w->file_count];
    *f = (WeightFile){.name = strdup(name)};
    w->file_count++;
    if (!f->name) return error_set(err, "out of memory");
    return path_ends_with(path, ".safetensors") ? safetensors_open(path, &f->safetensors, err)
                                                : torch_file_open(path, &f->torch, err);
}

static int list_tensors(Weights *w, Error *err) {
    size_t total = 0;
    for (size_t i = 0; i < w->file_count; i++) total += file_tensors(&w->files[i]);
    w->items = calloc(total + 1, sizeof *w->items);
    if (!w->items) return error_set(err, "%s: out of memory", w->path);
    for (size_t i = 0; i < w->file_count; i++) {
        const WeightFile *f = &w->files[i];
        for (size_t k = 0; k < file_tensors(f); k++) {
            Weight *t = &w->items[w->count++];
            if (f->torch)
                t->torch = torch_file_at(f->torch, k);
            else
                t->safetensors = safetensors_at(f->safetensors, k);
            t->name = f->torch ? t->torch->name : t->safetensors->name;
        }
    }
    if (w->count > 1) qsort(w->items, w->count, sizeof *w->items, compare_weights);
    for (size_t i = 1; i < w->count; i++)
        if (compare_weights(&w->items[i - 1], &w->items[i]) == 0)
            return error_set(err, "%s: tensor '%.100s' is in two of its files", w->path,
                             w->items[i].name);
    return 0;
}

static int open_single(Weights *w, Error *err) {
    w->files = calloc(1, sizeof *w->files);
    if (!w->files) return error_set(err, "%s: out of memory", w->path);
    return open_file(w, w->path, w->path, err) || list_tensors(w, err) ? -1 : 0;
}

/* The file of that name, opened if it is not yet; NULL on error. */
static const WeightFile *shard(Weights *w, const char *name, Error *err) {
    for (size_t i = 0; i < w->file_count; i++)
        if (strcmp(w->files[i].name, name) == 0) return &w->files[i];
    if (strchr(name, '/') || strcmp(name, "..") == 0 || name[0] == '\0') {
        error_set(err, "%s: '%.100s' is not the name of a file beside it", w->path, name);
        return NULL;
    }
    if (w->file_count == FILES_MAX) {
        error_set(err, "%s: it names more than %d files", w->path, FILES_MAX);
        return NULL;
    }
    char *folder = path_folder(w->path), *path = folder ? path_join(folder, name) : NULL;
    int bad = path ? open_file(w, path, name, err) : error_set(err, "%s: out of memory", w->path);
    free(path);
    free(folder);
    return bad ? NULL : &w->files[w->file_count - 1];
}

static int open_shards(Weights *w, const JsonFields *map, Error *err) {
    for (size_t i = 0; i < map->count; i++) {
        const char *tensor = map->items[i].name;
        char name[256] = "";
        if (json_field_text(map, tensor, name, sizeof name, err)) return error_prefix(err, w->path);
        const WeightFile *f = shard(w, name, err);
        if (!f) return -1;
        bool there = f->torch ? torch_file_find(f->torch, tensor) != NULL
                              : safetensors_find(f->safetensors, tensor) != NULL;
        if (!there)
            return error_set(err, "%s: tensor '%.100s' is missing in '%.100s'", w->path, tensor,
                             name);
    }
    return list_tensors(w, err);
}

static int open_index(Weights *w, Error *err) {
    JsonFields index, map;
    w->files = calloc(FILES_MAX, sizeof *w->files);
    if (!w->files) return error_set(err, "%s: out of memory", w->path);
    if (json_fields_read(w->path, &index, err)) return -1;
    const JsonField *field = json_field(&index, "weight_map");
    int status = -1;
    if (!field)
        error_set(err, "%s: an index without 'weight_map'", w->path);
    else if (json_fields_parse(field->begin, (size_t)(field->end - field->begin), &map, err))
        error_prefix(err, w->path);
    else {
        status = open_shards(w, &map, err);
        json_fields_free(&map);
    }
    json_fields_free(&index);
    return status;
}

static const char *const published[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json"};

/* The path of the weights; NULL on error. */
static char *find_weights(const char *path, Error *err) {
    if (!folder_exists(path)) {
        char *copy = strdup(path);
        if (!copy) error_set(err, "%s: out of memory", path);
        return copy;
    }
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        char *candidate = path_join(path, published[i]);
        if (!candidate) {
            error_set(err, "%s: out of memory", path);
            return NULL;
        }
        if (file_exists(candidate)) return candidate;
        free(candidate);
    }
    error_set(err,
              "%s: no weights in this folder: %s or %s, whole or with .index.json, are looked for",
              path, published[0], published[2]);
    return NULL;
}

int weights_open(const char *path, Weights **out, Error *err) {
    *out = NULL;
    Weights *w = calloc(1, sizeof *w);
    if (!w) return error_set(err, "%s: out of memory", path);
    w->prefix = "";
    w->path = find_weights(path, err);
    int bad = !w->path;
    if (!bad) bad = path_ends_with(w->path, ".json") ? open_index(w, err) : open_single(w, err);
    if (bad) {
        weights_close(w);
        return -1;
    }
    *out = w;
    return 0;
}

void weights_close(Weights *w) {
    if (!w) return;
    for (size_t i = 0; i < w->file_count; i++) {
        safetensors_close(w->files[i].safetensors);
        torch_file_close(w->files[i].torch);
        free(w->files[i].name);
    }
    free(w->files);
    free(w->items);
    free(w->path);
    free(w);
}

const char *weights_path(const Weights *w) { return w->path; }

/* --- tensors --- */

static Weight *find(const Weights *w, const char *prefix, const char *name) {
    char full[NAME_MAX_BYTES];
    int n = snprintf(full, sizeof full, "%s%s", prefix, name);
    const Weight wanted = {.name = full};
    if (n < 0 || (size_t)n >= sizeof full || w->count == 0) return NULL;
    return bsearch(&wanted, w->items, w->count, sizeof *w->items, compare_weights);
}

int weights_set_prefix(Weights *w, const char *const *prefixes, const char *name, Error *err) {
    for (; *prefixes; prefixes++)
        if (find(w, *prefixes, name)) {
            w->prefix = *prefixes;
            return 0;
        }
    return error_set(err, "%s: tensor '%s' is missing: the weights of another model", w->path,
                     name);
}

bool weights_have(const Weights *w, const char *name) { return find(w, w->prefix, name) != NULL; }

static int rank_of(const Weight *t) { return t->torch ? t->torch->rank : t->safetensors->rank; }

static const size_t *shape_of(const Weight *t) {
    return t->torch ? t->torch->shape : t->safetensors->shape;
}

size_t weights_size(const Weights *w, const char *name, int axis) {
    const Weight *t = find(w, w->prefix, name);
    return t && axis < rank_of(t) ? shape_of(t)[axis] : 0;
}

/* "[3, 4]" into text. */
static void put_shape(int rank, const size_t *shape, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "[");
    for (int d = 0; d < rank && used < size; d++)
        used += (size_t)snprintf(text + used, size - used, "%s%zu", d ? ", " : "", shape[d]);
    if (used < size) snprintf(text + used, size - used, "]");
}

int weights_check(const Weights *w, const char *name, int rank, const size_t *shape, Error *err) {
    const Weight *t = find(w, w->prefix, name);
    if (!t) return error_set(err, "%s: tensor '%s%s' is missing", w->path, w->prefix, name);
    const int found_rank = rank_of(t);
    const size_t *found = shape_of(t);
    bool same = rank == found_rank;
    for (int d = 0; d < rank && same; d++) same = shape[d] == found[d];
    if (same) return 0;
    char is[200], wanted[200];
    put_shape(found_rank, found, is, sizeof is);
    put_shape(rank, shape, wanted, sizeof wanted);
    return error_set(err, "%s: tensor '%s' has the shape %s, not %s", w->path, t->name, is, wanted);
}

int weights_read(Weights *w, const char *name, int rank, const size_t *shape, float *out,
                 Error *err) {
    if (weights_check(w, name, rank, shape, err)) return -1;
    Weight *t = find(w, w->prefix, name);
    t->used = true;
    int bad = t->torch ? torch_read_f32(t->torch, out, err)
                       : safetensors_read_f32(t->safetensors, out, err);
    return bad ? error_prefix(err, w->path) : 0;
}

const float *weights_view(Weights *w, const char *name, int rank, const size_t *shape) {
    Error ignored;
    if (weights_check(w, name, rank, shape, &ignored)) return NULL;
    Weight *t = find(w, w->prefix, name);
    const void *data = t->torch ? t->torch->data : t->safetensors->data;
    const bool plain = t->torch ? t->torch->type == TORCH_F32 && t->torch->contiguous
                                : t->safetensors->type == SAFETENSORS_F32;
    if (!plain || (uintptr_t)data % sizeof(float) != 0) return NULL;
    t->used = true;
    return data;
}

int weights_expect(Weights *w, const char *name, int rank, const size_t *shape, Error *err) {
    if (weights_check(w, name, rank, shape, err)) return -1;
    find(w, w->prefix, name)->used = true;
    return 0;
}

int weights_read_rows(const Weights *w, const char *name, int rank, const size_t *shape,
                      size_t first, size_t count, float *out, Error *err) {
    if (weights_check(w, name, rank, shape, err)) return -1;
    const Weight *t = find(w, w->prefix, name);
    int bad;
    if (t->torch) {
        const TorchTensor rows = torch_rows(t->torch, first, count);
        bad = torch_read_f32(&rows, out, err);
    } else {
        const SafetensorsView rows = safetensors_rows(t->safetensors, first, count);
        bad = safetensors_read_f32(&rows, out, err);
    }
    return bad ? error_prefix(err, w->path) : 0;
}

int weights_check_rest(const Weights *w, const char *const *ignored, Error *err) {
    for (size_t i = 0; i < w->count; i++) {
        const Weight *t = &w->items[i];
        bool known = t->used;
        for (size_t k = 0; ignored[k] && !known; k++)
            known = strncmp(t->name, ignored[k], strlen(ignored[k])) == 0;
        if (!known)
            return error_set(err, "%s: tensor '%.100s' does not belong to such a model", w->path,
                             t->name);
    }
    return 0;
}
