#include "lib/formats/torch_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/base/file_map.h"
#include "lib/formats/float16.h"
#include "lib/formats/torch_storage.h"

enum { DEPTH_MAX = 8 };

struct TorchFile {
    FileMap map;
    TorchStorages storages;
    TorchTensor *tensors; /* sorted by name, which is owned */
    size_t count, capacity;
};

/* --- from the pickle's values to tensors --- */

/* Whether all elements lie in a storage of `count` elements. */
static int check_bounds(const PickleTensor *p, const char *name, Error *err) {
    size_t last = p->offset, elements = 1;
    bool too_large = false;
    for (int d = 0; d < p->rank; d++)
        if (p->shape[d] == 0) return 0;
    for (int d = 0; d < p->rank && !too_large; d++) {
        size_t step;
        too_large = __builtin_mul_overflow(p->shape[d] - 1, p->stride[d], &step) ||
                    __builtin_add_overflow(last, step, &last) ||
                    __builtin_mul_overflow(elements, p->shape[d], &elements) || elements >> 60 != 0;
    }
    if (!too_large && last < p->storage->count) return 0;
    return error_set(err, "tensor '%.100s' reaches beyond its storage: the file is damaged", name);
}

static bool is_contiguous(const PickleTensor *p) {
    size_t step = 1;
    for (int d = p->rank; d-- > 0;) {
        if (p->shape[d] == 0) return true;
        if (p->shape[d] > 1 && p->stride[d] != step) return false;
        step *= p->shape[d];
    }
    return true;
}

static int add_tensor(TorchFile *f, const char *name, const PickleTensor *p, Error *err) {
    const PickleStorage *s = p->storage;
    const TorchStorage *found = torch_storages_find(&f->storages, s->key, s->key_size);
    size_t bytes;
    if (!found)
        return error_set(err, "the storage of tensor '%.100s' is absent: the file is damaged",
                         name);
    if (__builtin_mul_overflow(s->count, s->item_size, &bytes) || bytes != found->size)
        return error_set(err,
                         "the storage of tensor '%.100s' has %zu bytes, not %zu elements of %zu: "
                         "the file is damaged",
                         name, found->size, s->count, s->item_size);
    if (check_bounds(p, name, err)) return -1;
    if (f->count == TORCH_TENSORS_MAX)
        return error_set(err, "it has more than %d tensors", TORCH_TENSORS_MAX);
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 64;
        TorchTensor *bigger = realloc(f->tensors, capacity * sizeof *bigger);
        if (!bigger) return error_set(err, "out of memory");
        f->tensors = bigger;
        f->capacity = capacity;
    }
    TorchTensor t = {.name = strdup(name),
                     .type = s->type,
                     .rank = p->rank,
                     .item_size = s->item_size,
                     .contiguous = is_contiguous(p),
                     .data = found->data};
    if (!t.name) return error_set(err, "out of memory");
    memcpy(t.shape, p->shape, sizeof t.shape);
    memcpy(t.stride, p->stride, sizeof t.stride);
    if (torch_elements(&t) > 0) t.data += p->offset * s->item_size;
    f->tensors[f->count++] = t;
    return 0;
}

/* A container that is being gone through, and how much of the name is its own. */
typedef struct {
    const PickleValue *container;
    size_t next, length;
} Level;

typedef struct {
    TorchFile *f;
    char name[TORCH_NAME_MAX + 1];
    Level levels[DEPTH_MAX];
    size_t depth, visits;
} Walk;

/* Sets the name to its first `length` bytes and the key, or the index where there is none; false:
 * no tensor has such a name. */
static bool set_name(Walk *w, size_t length, const PickleValue *key, size_t index) {
    size_t room = sizeof w->name - length;
    char *at = w->name + length;
    const char *dot = length > 0 ? "." : "";
    int n = -1;
    if (!key) {
        n = snprintf(at, room, "%s%zu", dot, index);
    } else if (key->type == PICKLE_INT) {
        n = snprintf(at, room, "%s%lld", dot, (long long)key->as.integer);
    } else if (key->type == PICKLE_TEXT || key->type == PICKLE_BYTES) {
        size_t size = key->as.text.size;
        if (size == 0 || size > TORCH_NAME_MAX || memchr(key->as.text.bytes, 0, size)) return false;
        n = snprintf(at, room, "%s%.*s", dot, (int)size, (const char *)key->as.text.bytes);
    }
    return n >= 0 && (size_t)n < room;
}

static int visit(Walk *w, const PickleValue *v, Error *err) {
    if (++w->visits > 4 * PICKLE_VALUES_MAX)
        return error_set(err, "its dicts and lists unfold to more than %d values",
                         4 * PICKLE_VALUES_MAX);
    if (v->type == PICKLE_TENSOR) return add_tensor(w->f, w->name, v->as.tensor, err);
    bool container = v->type == PICKLE_DICT || v->type == PICKLE_LIST || v->type == PICKLE_TUPLE;
    if (container && w->depth < DEPTH_MAX) w->levels[w->depth++] = (Level){v, 0, strlen(w->name)};
    return 0;
}

static int walk(TorchFile *f, Error *err) {
    Walk w = {.f = f};
    if (visit(&w, pickle_root(f->storages.pickle), err)) return -1;
    while (w.depth > 0) {
        Level *l = &w.levels[w.depth - 1];
        size_t step = l->container->type == PICKLE_DICT ? 2 : 1, at = l->next;
        if (at + step > l->container->as.list.count) {
            w.depth--;
            continue;
        }
        PickleValue *const *items = l->container->as.list.items + at;
        l->next += step;
        if (!set_name(&w, l->length, step == 2 ? items[0] : NULL, at)) continue;
        if (visit(&w, items[step - 1], err)) return -1;
    }
    return 0;
}

static int compare_names(const void *a, const void *b) {
    return strcmp(((const TorchTensor *)a)->name, ((const TorchTensor *)b)->name);
}

static int read_tensors(TorchFile *f, Error *err) {
    if (torch_storages_read(f->map.data, f->map.size, &f->storages, err) || walk(f, err)) return -1;
    if (f->count == 0) return error_set(err, "no tensor is in it");
    qsort(f->tensors, f->count, sizeof *f->tensors, compare_names);
    for (size_t i = 1; i < f->count; i++)
        if (compare_names(&f->tensors[i - 1], &f->tensors[i]) == 0)
            return error_set(err, "two tensors are called '%.100s'", f->tensors[i].name);
    return 0;
}

/* --- files --- */

int torch_file_open(const char *path, TorchFile **out, Error *err) {
    *out = NULL;
    TorchFile *f = calloc(1, sizeof *f);
    if (!f) return error_set(err, "%s: out of memory", path);
    int bad = file_map(path, &f->map, err);
    if (!bad && read_tensors(f, err)) bad = error_prefix(err, path);
    if (bad) {
        torch_file_close(f);
        return -1;
    }
    *out = f;
    return 0;
}

void torch_file_close(TorchFile *f) {
    if (!f) return;
    for (size_t i = 0; i < f->count; i++) free((char *)(uintptr_t)f->tensors[i].name);
    free(f->tensors);
    torch_storages_free(&f->storages);
    file_unmap(&f->map);
    free(f);
}

size_t torch_file_count(const TorchFile *f) { return f->count; }
const TorchTensor *torch_file_at(const TorchFile *f, size_t i) { return &f->tensors[i]; }

const TorchTensor *torch_file_find(const TorchFile *f, const char *name) {
    const TorchTensor wanted = {.name = name};
    return bsearch(&wanted, f->tensors, f->count, sizeof *f->tensors, compare_names);
}

size_t torch_elements(const TorchTensor *t) {
    size_t n = 1;
    for (int d = 0; d < t->rank; d++)
        if (t->shape[d] == 0) return 0;
    for (int d = 0; d < t->rank; d++) n *= t->shape[d];
    return n;
}

TorchTensor torch_rows(const TorchTensor *t, size_t first, size_t count) {
    TorchTensor rows = *t;
    rows.shape[0] = count;
    rows.data += first * t->stride[0] * t->item_size;
    return rows;
}

/* --- numbers --- */

static float f64_at(const unsigned char *p) {
    uint64_t bits = read_le64(p);
    double x;
    memcpy(&x, &bits, sizeof x);
    return (float)x;
}

/* n elements that lie one behind the other; the type is not OTHER. */
static void convert(TorchType type, const unsigned char *p, size_t n, float *out) {
    switch (type) {
    case TORCH_F32:
        memcpy(out, p, n * sizeof *out);
        break;
    case TORCH_F64:
        for (size_t i = 0; i < n; i++) out[i] = f64_at(p + 8 * i);
        break;
    case TORCH_F16:
        for (size_t i = 0; i < n; i++) out[i] = float_of_f16(read_le16(p + 2 * i));
        break;
    case TORCH_BF16:
        for (size_t i = 0; i < n; i++) out[i] = float_of_bf16(read_le16(p + 2 * i));
        break;
    case TORCH_I64:
        for (size_t i = 0; i < n; i++) out[i] = (float)(int64_t)read_le64(p + 8 * i);
        break;
    case TORCH_I32:
        for (size_t i = 0; i < n; i++) out[i] = (float)(int32_t)read_le32(p + 4 * i);
        break;
    case TORCH_I16:
        for (size_t i = 0; i < n; i++) out[i] = (float)(int16_t)read_le16(p + 2 * i);
        break;
    case TORCH_I8:
        for (size_t i = 0; i < n; i++) out[i] = (float)(int8_t)p[i];
        break;
    case TORCH_U8:
        for (size_t i = 0; i < n; i++) out[i] = (float)p[i];
        break;
    case TORCH_BOOL:
        for (size_t i = 0; i < n; i++) out[i] = p[i] != 0;
        break;
    case TORCH_OTHER:
        break;
    }
}

int torch_read_f32(const TorchTensor *t, float *out, Error *err) {
    if (t->type == TORCH_OTHER)
        return error_set(err, "tensor '%.100s' holds complex numbers", t->name);
    size_t elements = torch_elements(t);
    if (elements == 0) return 0;
    if (t->contiguous) {
        convert(t->type, t->data, elements, out);
        return 0;
    }
    size_t index[TENSOR_MAX_RANK] = {0};
    const unsigned char *at = t->data;
    for (size_t i = 0; i < elements; i++) {
        convert(t->type, at, 1, out + i);
        for (int d = t->rank; d-- > 0;) {
            at += t->stride[d] * t->item_size;
            if (++index[d] < t->shape[d]) break;
            at -= t->stride[d] * t->item_size * t->shape[d];
            index[d] = 0;
        }
    }
    return 0;
}
