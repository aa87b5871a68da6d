#include "lib/formats/tensor.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/numbers.h"

static const char *type_name(TensorType type) {
    static const char *const names[] = {"float32", "float64", "int64", "bytes"};
    return names[type];
}

static size_t type_size(TensorType type, size_t item_size) {
    switch (type) {
    case TENSOR_F32:
        return sizeof(float);
    case TENSOR_F64:
        return sizeof(double);
    case TENSOR_I64:
        return sizeof(int64_t);
    case TENSOR_BYTES:
        return item_size;
    }
    return 0;
}

int tensor_new(Tensor *out, TensorType type, int rank, const size_t *shape, size_t item_size,
               Error *err) {
    *out = (Tensor){0};
    if (rank < 0 || rank > TENSOR_MAX_RANK)
        return error_set(err, "%d dimensions, at most %d are possible", rank, TENSOR_MAX_RANK);
    Tensor t = {.type = type, .rank = rank, .item_size = type_size(type, item_size)};
    if (t.item_size == 0) return error_set(err, "elements of 0 bytes");
    size_t count = 1;
    int empty = 0;
    for (int i = 0; i < rank; i++) {
        t.shape[i] = shape[i];
        if (shape[i] == 0) empty = 1;
    }
    for (int i = 0; i < rank && !empty; i++)
        if (__builtin_mul_overflow(count, shape[i], &count))
            return error_set(err, "a size beyond 64 bits");
    size_t size;
    if (__builtin_mul_overflow(count, t.item_size, &size))
        return error_set(err, "a size beyond 64 bits");
    if (!empty) {
        t.data = calloc(count, t.item_size);
        if (!t.data) return error_set(err, "out of memory: %zu bytes are needed", size);
    }
    *out = t;
    return 0;
}

void tensor_free(Tensor *t) {
    free(t->data);
    *t = (Tensor){0};
}

size_t tensor_count(const Tensor *t) {
    size_t count = 1;
    for (int i = 0; i < t->rank; i++) count *= t->shape[i];
    return count;
}

/* Element i of a numeric tensor, as the widest floating type. */
static double element(const Tensor *t, size_t i) {
    switch (t->type) {
    case TENSOR_F32:
        return (double)tensor_f32(t)[i];
    case TENSOR_F64:
        return tensor_f64(t)[i];
    default:
        return (double)tensor_i64(t)[i];
    }
}

int tensor_convert(Tensor *t, TensorType type, Error *err) {
    if (t->type == type) return 0;
    if (t->type == TENSOR_BYTES || type == TENSOR_BYTES || type == TENSOR_I64)
        return error_set(err, "%s found where %s is needed", type_name(t->type), type_name(type));
    Tensor to;
    if (tensor_new(&to, type, t->rank, t->shape, 0, err)) return -1;
    size_t count = tensor_count(t);
    if (type == TENSOR_F32)
        for (size_t i = 0; i < count; i++) tensor_f32(&to)[i] = (float)element(t, i);
    else
        for (size_t i = 0; i < count; i++) tensor_f64(&to)[i] = element(t, i);
    tensor_free(t);
    *t = to;
    return 0;
}

int tensor_check_finite(const Tensor *t, Error *err) {
    if (t->type != TENSOR_F32 && t->type != TENSOR_F64) return 0;
    size_t count = tensor_count(t);
    size_t bad = t->type == TENSOR_F32 ? floats_first_nonfinite(tensor_f32(t), count)
                                       : doubles_first_nonfinite(tensor_f64(t), count);
    if (bad == count) return 0;
    Tensor at = *t; /* its shape becomes the position of the element */
    size_t rest = bad;
    for (int d = t->rank - 1; d >= 0; d--) {
        at.shape[d] = rest % t->shape[d];
        rest /= t->shape[d];
    }
    char text[256];
    return error_set(err, "%s at %s", isnan(element(t, bad)) ? "NaN" : "infinity",
                     tensor_shape_text(&at, text));
}

char *tensor_shape_text(const Tensor *t, char *text) {
    size_t at = 0;
    text[at++] = '[';
    for (int i = 0; i < t->rank; i++)
        at += (size_t)sprintf(text + at, i ? ", %zu" : "%zu", t->shape[i]);
    text[at++] = ']';
    text[at] = '\0';
    return text;
}

int tensors_add(Tensors *set, const char *name, Tensor *t, Error *err) {
    if (tensors_find(set, name)) {
        tensor_free(t);
        return error_set(err, "the name '%.100s' occurs twice", name);
    }
    char *copy = strdup(name);
    NamedTensor *items = realloc(set->items, (set->count + 1) * sizeof *items);
    if (items) set->items = items;
    if (!copy || !items) {
        free(copy);
        tensor_free(t);
        return error_set(err, "out of memory");
    }
    items[set->count++] = (NamedTensor){copy, *t};
    *t = (Tensor){0};
    return 0;
}

int tensors_add_f64(Tensors *set, const char *name, double value, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_F64, 0, NULL, 0, err)) return -1;
    *tensor_f64(&t) = value;
    return tensors_add(set, name, &t, err);
}

int tensors_add_i64(Tensors *set, const char *name, int64_t value, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_I64, 0, NULL, 0, err)) return -1;
    *tensor_i64(&t) = value;
    return tensors_add(set, name, &t, err);
}

int tensors_add_text(Tensors *set, const char *name, const char *text, Error *err) {
    Tensor t;
    size_t size = strlen(text);
    if (tensor_new(&t, TENSOR_BYTES, 0, NULL, size ? size : 1, err)) return -1;
    memcpy(t.data, text, size);
    return tensors_add(set, name, &t, err);
}

Tensor *tensors_find(const Tensors *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->items[i].name, name) == 0) return &set->items[i].tensor;
    return NULL;
}

Tensor *tensors_need(const Tensors *set, const char *name, Error *err) {
    Tensor *t = tensors_find(set, name);
    if (t) return t;
    char names[400] = "";
    size_t at = 0;
    for (size_t i = 0; i < set->count && at < 300; i++)
        at += (size_t)snprintf(names + at, sizeof names - at, "%s'%.60s'", i ? ", " : "",
                               set->items[i].name);
    error_set(err, "no array '%.100s' (there is: %s%s%s)", name, set->count ? names : "nothing",
              at >= 300 ? ", ..." : "",
              set->unread ? "; arrays of Python objects are not read" : "");
    return NULL;
}

void tensors_free(Tensors *set) {
    for (size_t i = 0; i < set->count; i++) {
        free(set->items[i].name);
        tensor_free(&set->items[i].tensor);
    }
    free(set->items);
    *set = (Tensors){0};
}
