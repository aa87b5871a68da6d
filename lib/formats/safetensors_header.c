#include "lib/formats/safetensors_header.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/formats/json.h"

/* Those of SafetensorsType first, in its order. */
static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    {"F32", 4}, {"F64", 8},     {"I64", 8},     {"F16", 2},     {"BF16", 2}, {"BOOL", 1},
    {"U8", 1},  {"I8", 1},      {"I16", 2},     {"U16", 2},     {"I32", 4},  {"U32", 4},
    {"U64", 8}, {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1}, {"C64", 8},
};

size_t safetensors_item_size(SafetensorsType type) {
    return type < SAFETENSORS_OTHER ? dtypes[type].size : 0;
}

/* Room for one more item of `size` bytes in *items, doubled at powers of two. */
static int grow(void *items, size_t count, size_t size, Error *err) {
    void *old, *grown;
    if (count & (count - 1)) return 0;
    memcpy(&old, items, sizeof old);
    grown = realloc(old, (count ? 2 * count : 1) * size);
    if (!grown) return error_set(err, "out of memory");
    memcpy(items, &grown, sizeof grown);
    return 0;
}

static int read_dtype(JsonReader *r, HeaderEntry *e, Error *err) {
    char *name;
    if (json_string(r, &name, err)) return -1;
    size_t i = 0, n = sizeof dtypes / sizeof *dtypes;
    while (i < n && strcmp(dtypes[i].name, name) != 0) i++;
    if (i == n)
        error_set(err, "its dtype '%.30s' is not known", name);
    else {
        e->type = i < SAFETENSORS_OTHER ? (SafetensorsType)i : SAFETENSORS_OTHER;
        e->item_size = dtypes[i].size;
    }
    free(name);
    return i == n ? -1 : 0;
}

static int read_shape(JsonReader *r, HeaderEntry *e, Error *err) {
    bool empty = false, overflow = false;
    size_t rank = 0;
    e->elements = 1;
    if (json_need(r, '[', err)) return -1;
    if (json_take(r, ']')) return 0;
    do {
        uint64_t n;
        if (json_natural(r, &n, err)) return -1;
        empty |= n == 0;
        overflow |= __builtin_mul_overflow(e->elements, n, &e->elements);
        if (rank < TENSOR_MAX_RANK) e->shape[rank] = n;
        rank++;
    } while (json_take(r, ','));
    e->rank = rank <= TENSOR_MAX_RANK ? (int)rank : SAFETENSORS_DEEP;
    e->too_many = overflow && !empty;
    if (empty) e->elements = 0;
    return json_need(r, ']', err);
}

static int check_size(const HeaderEntry *e, size_t data_size, Error *err) {
    uint64_t size;
    bool overflow = __builtin_mul_overflow(e->elements, (uint64_t)e->item_size, &size);
    if (e->begin > e->end || e->end > data_size)
        return error_set(err, "its data lie outside the file (which may be cut short)");
    if (overflow || e->too_many || size != e->end - e->begin)
        return error_set(err, "its shape does not fit its %llu bytes",
                         (unsigned long long)(e->end - e->begin));
    return 0;
}

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]} in any order. */
static int read_entry(JsonReader *r, HeaderEntry *e, size_t data_size, Error *err) {
    int dtype = 0, shape = 0, offsets = 0;
    if (json_need(r, '{', err)) return -1;
    do {
        char *key;
        if (json_string(r, &key, err)) return -1;
        int bad = json_need(r, ':', err);
        if (bad) {
        } else if (strcmp(key, "dtype") == 0 && !dtype++)
            bad = read_dtype(r, e, err);
        else if (strcmp(key, "shape") == 0 && !shape++)
            bad = read_shape(r, e, err);
        else if (strcmp(key, "data_offsets") == 0 && !offsets++)
            bad = json_need(r, '[', err) || json_natural(r, &e->begin, err) ||
                  json_need(r, ',', err) || json_natural(r, &e->end, err) || json_need(r, ']', err);
        else
            bad = error_set(err, "unexpected '%.30s'", key);
        free(key);
        if (bad) return -1;
    } while (json_take(r, ','));
    if (json_need(r, '}', err)) return -1;
    if (!dtype) return error_set(err, "it has no dtype");
    if (!shape) return error_set(err, "it has no shape");
    if (!offsets) return error_set(err, "it has no data_offsets");
    if (e->rank == SAFETENSORS_DEEP) e->type = SAFETENSORS_OTHER;
    return check_size(e, data_size, err);
}

static int read_metadata(JsonReader *r, Metadata *m, Error *err) {
    if (json_need(r, '{', err)) return -1;
    if (json_take(r, '}')) return 0;
    do {
        if (grow(&m->items, m->count, sizeof *m->items, err)) return -1;
        MetadataEntry *e = &m->items[m->count];
        *e = (MetadataEntry){0};
        m->count++;
        if (json_string(r, &e->key, err) || json_need(r, ':', err) ||
            json_string(r, &e->value, err))
            return -1;
    } while (json_take(r, ','));
    return json_need(r, '}', err);
}

static int read_header(JsonReader *r, SafetensorsHeader *h, size_t data_size, Error *err) {
    int metadata = 0;
    if (json_need(r, '{', err)) return -1;
    if (json_take(r, '}')) return 0;
    do {
        if (grow(&h->entries, h->count, sizeof *h->entries, err)) return -1;
        HeaderEntry *e = &h->entries[h->count];
        *e = (HeaderEntry){0};
        if (json_string(r, &e->name, err)) return -1;
        h->count++;
        if (json_need(r, ':', err)) return -1;
        if (strcmp(e->name, "__metadata__") == 0) {
            h->count--;
            free(e->name);
            if (metadata++) return error_set(err, "the metadata occur twice");
            if (read_metadata(r, &h->metadata, err)) return error_prefix(err, "the metadata");
        } else if (read_entry(r, e, data_size, err)) {
            char context[160];
            snprintf(context, sizeof context, "tensor '%.120s'", e->name);
            return error_prefix(err, context);
        }
    } while (json_take(r, ','));
    return json_need(r, '}', err);
}

static int check_distinct(const SafetensorsHeader *h, Error *err) {
    size_t most = h->count > h->metadata.count ? h->count : h->metadata.count;
    const char **names = malloc((most + 1) * sizeof *names);
    if (!names) return error_set(err, "out of memory");
    for (size_t i = 0; i < h->count; i++) names[i] = h->entries[i].name;
    int bad = utf8_sort_distinct(names, h->count, err);
    for (size_t i = 0; i < h->metadata.count; i++) names[i] = h->metadata.items[i].key;
    bad = bad || utf8_sort_distinct(names, h->metadata.count, err);
    free(names);
    return bad ? -1 : 0;
}

static int compare_begin(const void *a, const void *b) {
    const HeaderEntry *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    if (x->end != y->end) return x->end < y->end ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Sorted by place, every tensor begins where the one before ends, and the last one ends with the
 * file. */
static int check_places(SafetensorsHeader *h, size_t data_size, Error *err) {
    if (h->count > 1) qsort(h->entries, h->count, sizeof *h->entries, compare_begin);
    uint64_t at = 0;
    for (size_t i = 0; i < h->count; i++) {
        const HeaderEntry *e = &h->entries[i];
        if (e->begin != at)
            return error_set(err, "tensor '%.120s' %s", e->name,
                             e->begin < at ? "overlaps another" : "leaves a hole before it");
        at = e->end;
    }
    return at == data_size
               ? 0
               : error_set(err, "%zu bytes follow the last tensor", data_size - (size_t)at);
}

int safetensors_header_parse(const char *text, size_t size, size_t data_size,
                             SafetensorsHeader *out, Error *err) {
    *out = (SafetensorsHeader){0};
    SafetensorsHeader h = {0};
    JsonReader r = {text, text + size};
    int bad = 0;
    if (size == 0 || text[0] != '{')
        bad = error_set(err, "not a .safetensors file: its header is not a JSON object");
    bad = bad || read_header(&r, &h, data_size, err);
    if (!bad && !json_at_end(&r))
        bad = error_set(err, "something follows the header's JSON object");
    bad = bad || check_distinct(&h, err) || check_places(&h, data_size, err);
    if (bad) {
        safetensors_header_free(&h);
        return -1;
    }
    *out = h;
    return 0;
}

void safetensors_header_free(SafetensorsHeader *h) {
    for (size_t i = 0; i < h->count; i++) free(h->entries[i].name);
    free(h->entries);
    metadata_free(&h->metadata);
    *h = (SafetensorsHeader){0};
}

/* --- writing --- */

static int print_string(FILE *f, const char *text, Error *err) {
    if (!utf8_valid(text, strlen(text))) return error_set(err, "'%.60s' is not UTF-8 text", text);
    putc('"', f);
    for (const char *p = text; *p; p++)
        if (*p == '"' || *p == '\\')
            fprintf(f, "\\%c", *p);
        else if ((unsigned char)*p < 0x20)
            fprintf(f, "\\u%04x", (unsigned)*p);
        else
            putc(*p, f);
    putc('"', f);
    return 0;
}

static int check_views(const SafetensorsView *views, size_t count, Error *err) {
    const char **names = malloc((count + 1) * sizeof *names);
    if (!names) return error_set(err, "out of memory");
    int bad = 0;
    for (size_t i = 0; i < count && !bad; i++) {
        const SafetensorsView *v = &views[i];
        names[i] = v->name;
        if (strcmp(v->name, "__metadata__") == 0)
            bad = error_set(err, "no tensor can be called __metadata__");
        else if (v->type >= SAFETENSORS_OTHER)
            bad = error_set(err, "tensor '%.100s' has no dtype to write", v->name);
        else if (v->rank < 0 || v->rank > TENSOR_MAX_RANK)
            bad = error_set(err, "tensor '%.100s' has %d dimensions", v->name, v->rank);
    }
    if (!bad) bad = utf8_sort_distinct(names, count, err);
    free(names);
    return bad;
}

int safetensors_header_print(FILE *f, const SafetensorsView *views, size_t count,
                             const Metadata *metadata, Error *err) {
    if (check_views(views, count, err)) return -1;
    const char *separator = "";
    putc('{', f);
    if (metadata && metadata->count > 0) {
        fputs("\"__metadata__\":{", f);
        for (size_t i = 0; i < metadata->count; i++) {
            fputs(i ? "," : "", f);
            if (print_string(f, metadata->items[i].key, err)) return -1;
            putc(':', f);
            if (print_string(f, metadata->items[i].value, err)) return -1;
        }
        putc('}', f);
        separator = ",";
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++, separator = ",") {
        const SafetensorsView *v = &views[i];
        fputs(separator, f);
        if (print_string(f, v->name, err)) return -1;
        fprintf(f, ":{\"dtype\":\"%s\",\"shape\":[", dtypes[v->type].name);
        for (int d = 0; d < v->rank; d++) fprintf(f, d ? ",%zu" : "%zu", v->shape[d]);
        size_t size = safetensors_elements(v) * safetensors_item_size(v->type);
        fprintf(f, "],\"data_offsets\":[%zu,%zu]}", at, at + size);
        at += size;
    }
    putc('}', f);
    return 0;
}
