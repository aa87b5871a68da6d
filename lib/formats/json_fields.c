#include "lib/formats/json_fields.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/json.h"

static int compare_fields(const void *a, const void *b) {
    return strcmp(((const JsonField *)a)->name, ((const JsonField *)b)->name);
}

static int add_field(JsonReader *r, JsonFields *f, Error *err) {
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 32;
        JsonField *bigger = realloc(f->items, capacity * sizeof *bigger);
        if (!bigger) return error_set(err, "out of memory");
        f->items = bigger;
        f->capacity = capacity;
    }
    JsonField *field = &f->items[f->count];
    *field = (JsonField){0};
    if (json_string(r, &field->name, err)) return -1;
    f->count++;
    if (json_need(r, ':', err)) return -1;
    field->begin = r->at;
    if (json_skip(r, err)) return -1;
    field->end = r->at;
    return 0;
}

static int parse(JsonReader *r, JsonFields *f, Error *err) {
    if (json_need(r, '{', err)) return -1;
    if (!json_take(r, '}')) {
        do
            if (add_field(r, f, err)) return -1;
        while (json_take(r, ','));
        if (json_need(r, '}', err)) return -1;
    }
    if (!json_at_end(r)) return error_set(err, "something follows its JSON object");
    if (f->count > 1) qsort(f->items, f->count, sizeof *f->items, compare_fields);
    for (size_t i = 1; i < f->count; i++)
        if (compare_fields(&f->items[i - 1], &f->items[i]) == 0)
            return error_set(err, "'%.100s' occurs twice in its JSON", f->items[i].name);
    return 0;
}

int json_fields_parse(const char *text, size_t size, JsonFields *out, Error *err) {
    JsonReader r = {text, text + size};
    *out = (JsonFields){0};
    if (parse(&r, out, err) == 0) return 0;
    json_fields_free(out);
    return -1;
}

int json_fields_read(const char *path, JsonFields *out, Error *err) {
    char *text;
    size_t size;
    *out = (JsonFields){0};
    if (file_read_text(path, &text, &size, err)) return -1;
    if (json_fields_parse(text, size, out, err)) {
        free(text);
        return error_prefix(err, path);
    }
    out->text = text;
    return 0;
}

void json_fields_free(JsonFields *f) {
    for (size_t i = 0; i < f->count; i++) free(f->items[i].name);
    free(f->items);
    free(f->text);
    *f = (JsonFields){0};
}

const JsonField *json_field(const JsonFields *f, const char *name) {
    const JsonField wanted = {.name = (char *)(uintptr_t)name};
    if (f->count == 0) return NULL;
    const JsonField *found = bsearch(&wanted, f->items, f->count, sizeof *f->items, compare_fields);
    if (!found) return NULL;
    size_t size = (size_t)(found->end - found->begin);
    return size >= 4 && memcmp(found->end - 4, "null", 4) == 0 ? NULL : found;
}

/* A reader at the field's value. */
static bool begin(const JsonFields *f, const char *name, JsonReader *r) {
    const JsonField *field = json_field(f, name);
    if (field) *r = (JsonReader){field->begin, field->end};
    return field != NULL;
}

static int take_size(JsonReader *r, const char *name, size_t min, size_t max, size_t *out,
                     Error *err) {
    uint64_t value;
    if (json_natural(r, &value, err)) return error_set(err, "'%s' is not a whole number", name);
    if (value < min || value > max)
        return error_set(err, "'%s' is %llu, but must lie between %zu and %zu", name,
                         (unsigned long long)value, min, max);
    *out = (size_t)value;
    return 0;
}

int json_field_size(const JsonFields *f, const char *name, size_t min, size_t max, size_t *out,
                    Error *err) {
    JsonReader r;
    return begin(f, name, &r) ? take_size(&r, name, min, max, out, err) : 0;
}

int json_field_real(const JsonFields *f, const char *name, double *out, Error *err) {
    JsonReader r;
    double value;
    if (!begin(f, name, &r)) return 0;
    if (json_number(&r, &value, err)) return error_set(err, "'%s' is not a number", name);
    *out = value;
    return 0;
}

int json_field_bool(const JsonFields *f, const char *name, bool *out, Error *err) {
    JsonReader r;
    int value;
    if (!begin(f, name, &r)) return 0;
    if (json_truth(&r, &value, err)) return error_set(err, "'%s' is neither true nor false", name);
    *out = value;
    return 0;
}

int json_field_text(const JsonFields *f, const char *name, char *out, size_t size, Error *err) {
    JsonReader r;
    char *text;
    if (!begin(f, name, &r)) return 0;
    if (json_string(&r, &text, err)) return error_set(err, "'%s' is not a text", name);
    bool fits = strlen(text) < size;
    if (fits) memcpy(out, text, strlen(text) + 1);
    free(text);
    return fits ? 0 : error_set(err, "'%s' is longer than %zu bytes", name, size - 1);
}

int json_field_sizes(const JsonFields *f, const char *name, size_t min, size_t max, size_t room,
                     size_t *out, size_t *count, Error *err) {
    JsonReader r;
    size_t n = 0;
    if (!begin(f, name, &r)) return 0;
    if (!json_take(&r, '[')) return error_set(err, "'%s' is not a list", name);
    do {
        if (n == room) return error_set(err, "'%s' has more than %zu numbers", name, room);
        if (take_size(&r, name, min, max, &out[n++], err)) return -1;
    } while (json_take(&r, ','));
    *count = n;
    return 0;
}
