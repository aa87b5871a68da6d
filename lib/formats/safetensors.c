#include "lib/formats/safetensors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/file_map.h"
#include "lib/formats/float16.h"
#include "lib/formats/safetensors_header.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "views point at the file's little-endian bytes");

enum { MAX_HEADER = 100000000, DATA_ALIGNMENT = 64 }; /* the format's own limit; ours */

struct Safetensors {
    FileMap map;
    SafetensorsHeader header;
    SafetensorsView *views; /* in the order of the data */
    const SafetensorsView **sorted; /* by name */
    void **copies; /* of tensors whose place in the file is not aligned; one a view, mostly NULL */
};

/* --- metadata --- */

static char *metadata_find(const Metadata *m, const char *key, size_t *at) {
    for (*at = 0; *at < m->count; ++*at)
        if (strcmp(m->items[*at].key, key) == 0) return m->items[*at].value;
    return NULL;
}

int metadata_set(Metadata *m, const char *key, const char *value, Error *err) {
    size_t at;
    char *copy = strdup(value), *old = metadata_find(m, key, &at);
    if (!copy) return error_set(err, "out of memory");
    if (old) {
        free(old);
        m->items[at].value = copy;
        return 0;
    }
    char *name = strdup(key);
    MetadataEntry *items = name ? realloc(m->items, (m->count + 1) * sizeof *items) : NULL;
    if (!items) {
        free(copy);
        free(name);
        return error_set(err, "out of memory");
    }
    items[m->count++] = (MetadataEntry){name, copy};
    m->items = items;
    return 0;
}

const char *metadata_get(const Metadata *m, const char *key) {
    size_t at;
    return metadata_find(m, key, &at);
}

void metadata_free(Metadata *m) {
    for (size_t i = 0; i < m->count; i++) {
        free(m->items[i].key);
        free(m->items[i].value);
    }
    free(m->items);
    *m = (Metadata){0};
}

/* --- reading --- */

static int compare_names(const void *a, const void *b) {
    return strcmp((*(const SafetensorsView *const *)a)->name,
                  (*(const SafetensorsView *const *)b)->name);
}

static int make_views(Safetensors *s, const unsigned char *data, Error *err) {
    size_t n = s->header.count;
    s->views = calloc(n + 1, sizeof *s->views);
    s->sorted = calloc(n + 1, sizeof *s->sorted);
    s->copies = calloc(n + 1, sizeof *s->copies);
    if (!s->views || !s->sorted || !s->copies) return error_set(err, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const HeaderEntry *e = &s->header.entries[i];
        SafetensorsView *v = &s->views[i];
        *v = (SafetensorsView){
            .name = e->name, .type = e->type, .rank = e->rank, .data = data + e->begin};
        memcpy(v->shape, e->shape, sizeof v->shape);
        if ((uintptr_t)v->data % e->item_size != 0 && e->end > e->begin) {
            s->copies[i] = malloc((size_t)(e->end - e->begin));
            if (!s->copies[i]) return error_set(err, "out of memory");
            v->data = memcpy(s->copies[i], v->data, (size_t)(e->end - e->begin));
        }
        s->sorted[i] = v;
    }
    if (n > 1) qsort(s->sorted, n, sizeof *s->sorted, compare_names);
    return 0;
}

/* --- checksum --- */

enum { DIGITS = 16 };
static const char checksum_key[] = "checksum", seal_key[] = "sealed";
static const char checksum_begins[] = "\"checksum\":\"xxh3:";
static const char no_digits[] = "0000000000000000";

/* Where in the header, of which `size` bytes are there, the digits stand; NULL: nowhere. */
static const unsigned char *find_digits(const unsigned char *header, size_t size) {
    const unsigned char *at = memmem(header, size, checksum_begins, sizeof checksum_begins - 1);
    if (!at) return NULL;
    at += sizeof checksum_begins - 1;
    return (size_t)(header + size - at) > DIGITS && at[DIGITS] == '"' ? at : NULL;
}

static int check_sum(const Safetensors *s, size_t header_size, Error *err) {
    if (!metadata_get(&s->header.metadata, seal_key) &&
        !metadata_get(&s->header.metadata, checksum_key))
        return 0;
    const unsigned char *digits = find_digits(s->map.data + 8, header_size);
    XXH3_state_t *state = XXH3_createState();
    if (!state) return error_set(err, "out of memory");
    char text[DIGITS + 1] = "";
    if (digits) {
        size_t at = (size_t)(digits - s->map.data);
        XXH3_64bits_reset(state);
        XXH3_64bits_update(state, s->map.data, at);
        XXH3_64bits_update(state, no_digits, DIGITS);
        XXH3_64bits_update(state, digits + DIGITS, s->map.size - at - DIGITS);
        snprintf(text, sizeof text, "%016llx", (unsigned long long)XXH3_64bits_digest(state));
    }
    XXH3_freeState(state);
    if (digits && memcmp(digits, text, DIGITS) == 0) return 0;
    return error_set(err, "damaged: its checksum does not fit its contents");
}

static int read_file(Safetensors *s, Error *err) {
    const unsigned char *data = s->map.data;
    size_t size = s->map.size;
    if (size < 8) return error_set(err, "not a .safetensors file: it has only %zu bytes", size);
    uint64_t length = read_le64(data);
    if (length > MAX_HEADER)
        return error_set(err, "not a .safetensors file: it claims a header of %llu bytes",
                         (unsigned long long)length);
    if (length > size - 8)
        return error_set(err,
                         "cut short, or not a .safetensors file: its header does not fit into it");
    size_t at = 8 + (size_t)length;
    if (safetensors_header_parse((const char *)data + 8, (size_t)length, size - at, &s->header,
                                 err) ||
        check_sum(s, (size_t)length, err))
        return -1;
    return make_views(s, data + at, err);
}

int safetensors_open(const char *path, Safetensors **out, Error *err) {
    *out = NULL;
    Safetensors *s = calloc(1, sizeof *s);
    if (!s) return error_set(err, "%s: out of memory", path);
    int bad = file_map(path, &s->map, err);
    if (!bad && read_file(s, err)) bad = error_prefix(err, path);
    if (bad) {
        safetensors_close(s);
        return -1;
    }
    *out = s;
    return 0;
}

void safetensors_close(Safetensors *s) {
    if (!s) return;
    for (size_t i = 0; s->copies && i < s->header.count; i++) free(s->copies[i]);
    free(s->copies);
    free(s->sorted);
    free(s->views);
    safetensors_header_free(&s->header);
    file_unmap(&s->map);
    free(s);
}

const Metadata *safetensors_metadata(const Safetensors *s) { return &s->header.metadata; }
size_t safetensors_count(const Safetensors *s) { return s->header.count; }
const SafetensorsView *safetensors_at(const Safetensors *s, size_t i) { return &s->views[i]; }

const SafetensorsView *safetensors_find(const Safetensors *s, const char *name) {
    size_t low = 0, high = s->header.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(s->sorted[middle]->name, name);
        if (order == 0) return s->sorted[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

size_t safetensors_elements(const SafetensorsView *v) {
    size_t n = 1;
    for (int d = 0; d < v->rank; d++) n *= v->shape[d];
    return n;
}

SafetensorsView safetensors_rows(const SafetensorsView *v, size_t first, size_t count) {
    SafetensorsView rows = *v;
    rows.shape[0] = 1;
    const size_t bytes = safetensors_elements(&rows) * safetensors_item_size(v->type);
    rows.shape[0] = count;
    rows.data = (const char *)v->data + first * bytes;
    return rows;
}

int safetensors_read_f32(const SafetensorsView *v, float *out, Error *err) {
    size_t n = safetensors_elements(v);
    const double *f64 = v->data;
    const int64_t *i64 = v->data;
    switch (v->type) {
    case SAFETENSORS_F32:
        if (n > 0) memcpy(out, v->data, n * sizeof *out);
        return 0;
    case SAFETENSORS_F64:
        for (size_t i = 0; i < n; i++) out[i] = (float)f64[i];
        return 0;
    case SAFETENSORS_I64:
        for (size_t i = 0; i < n; i++) out[i] = (float)i64[i];
        return 0;
    case SAFETENSORS_F16:
        floats_of_f16(v->data, n, out);
        return 0;
    case SAFETENSORS_BF16:
        floats_of_bf16(v->data, n, out);
        return 0;
    case SAFETENSORS_OTHER:
        break;
    }
    return error_set(err,
                     "tensor '%.100s' holds no F32, F64, I64, F16 or BF16 numbers of at most %d "
                     "dimensions",
                     v->name, TENSOR_MAX_RANK);
}

/* --- writing --- */

/* A file being written, and the checksum of what has been. */
typedef struct {
    OutputFile file;
    XXH3_state_t *state;
    int reason; /* errno of the first write that failed, or 0 */
} Sealed;

static void put(Sealed *s, const void *data, size_t size) {
    if (size == 0) return;
    if (!s->reason && fwrite(data, 1, size, s->file.stream) != size) s->reason = errno;
    XXH3_64bits_update(s->state, data, size);
}

static int put_all(Sealed *s, const char *header, size_t header_size, const SafetensorsView *views,
                   size_t count, Error *err) {
    size_t padded = (8 + header_size + DATA_ALIGNMENT - 1) / DATA_ALIGNMENT * DATA_ALIGNMENT - 8;
    if (padded > MAX_HEADER)
        return error_set(err, "%s: a header of %zu bytes is more than the format allows",
                         s->file.path, padded);
    unsigned char length[8];
    char text[DIGITS + 1];
    write_le64(length, padded);
    XXH3_64bits_reset(s->state);
    put(s, length, 8);
    put(s, header, header_size);
    for (size_t i = header_size; i < padded; i++) put(s, " ", 1);
    for (size_t i = 0; i < count; i++)
        put(s, views[i].data,
            safetensors_elements(&views[i]) * safetensors_item_size(views[i].type));
    const unsigned char *digits = find_digits((const unsigned char *)header, header_size);
    snprintf(text, sizeof text, "%016llx", (unsigned long long)XXH3_64bits_digest(s->state));
    if (!digits) return error_set(err, "%s: its header has no place for a checksum", s->file.path);
    long at = 8 + (long)((const char *)digits - header);
    if (!s->reason && fseek(s->file.stream, at, SEEK_SET) != 0) s->reason = errno; /* it flushes */
    if (s->reason) return error_set(err, "%s: cannot write: %s", s->file.path, strerror(s->reason));
    fwrite(text, 1, DIGITS, s->file.stream); /* file_commit looks at ferror */
    return file_commit(&s->file, err);
}

static int print_header(FILE *text, const SafetensorsView *views, size_t count,
                        const Metadata *metadata, Error *err) {
    Metadata all = {0};
    int status = 0;
    for (size_t i = 0; metadata && status == 0 && i < metadata->count; i++)
        status = metadata_set(&all, metadata->items[i].key, metadata->items[i].value, err);
    if (status == 0) status = metadata_set(&all, checksum_key, "xxh3:0000000000000000", err);
    if (status == 0) status = metadata_set(&all, seal_key, "by its checksum", err);
    if (status == 0) status = safetensors_header_print(text, views, count, &all, err);
    metadata_free(&all);
    return status;
}

int safetensors_write(const char *path, const SafetensorsView *views, size_t count,
                      const Metadata *metadata, Error *err) {
    char *header = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&header, &size);
    if (!text) return error_set(err, "%s: out of memory", path);
    int bad = print_header(text, views, count, metadata, err) ? error_prefix(err, path) : 0;
    if (fclose(text) != 0 && !bad) bad = error_set(err, "%s: out of memory", path);
    Sealed s = {.state = XXH3_createState()};
    if (!bad && !s.state) bad = error_set(err, "%s: out of memory", path);
    if (!bad && !(bad = file_begin(&s.file, path, err))) {
        bad = put_all(&s, header, size, views, count, err);
        file_abandon(&s.file);
    }
    XXH3_freeState(s.state);
    free(header);
    return bad;
}
