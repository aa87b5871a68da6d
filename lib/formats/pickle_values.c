/* pickle_values.c: the values of a pickle and their memory; files. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/file_map.h"
#include "lib/formats/pickle.h"
#include "lib/formats/pickle_values.h"

enum { BLOCKS_MAX = 1 << 16 };

/* --- values --- */

/* Makes room for one more. */
int pickle_grow(PickleValue ***items, size_t count, size_t *capacity) {
    if (count < *capacity) return 0;
    size_t wanted = *capacity ? 2 * *capacity : 8;
    PickleValue **bigger = realloc(*items, wanted * sizeof *bigger);
    if (!bigger) return -1;
    *items = bigger;
    *capacity = wanted;
    return 0;
}

PickleValue *pickle_new(Pickle *p, PickleType type, Error *err) {
    if (p->count == PICKLE_VALUES_MAX) {
        error_set(err, "the pickle holds more than %d values; a file of arrays has a few dozen",
                  PICKLE_VALUES_MAX);
        return NULL;
    }
    PickleValue *v = calloc(1, sizeof *v);
    size_t more = 0; /* what an array, a storage or a tensor has besides */
    if (type == PICKLE_ARRAY) more = sizeof *v->as.array;
    if (type == PICKLE_STORAGE) more = sizeof *v->as.storage;
    if (type == PICKLE_TENSOR) more = sizeof *v->as.tensor;
    void *part = more ? calloc(1, more) : NULL;
    if (!v || (more && !part) || pickle_grow(&p->values, p->count, &p->capacity)) {
        free(v);
        free(part);
        error_set(err, "out of memory");
        return NULL;
    }
    v->type = type;
    if (type == PICKLE_ARRAY) v->as.array = part;
    if (type == PICKLE_STORAGE) v->as.storage = part;
    if (type == PICKLE_TENSOR) v->as.tensor = part;
    p->values[p->count++] = v;
    return v;
}

unsigned char *pickle_bytes(Pickle *p, size_t size, Error *err) {
    if (p->block_count == BLOCKS_MAX || size > p->block_limit - p->block_bytes) {
        error_set(err, "the pickle's encoded texts unfold to more than the file itself");
        return NULL;
    }
    if (!p->blocks) p->blocks = calloc(BLOCKS_MAX, sizeof *p->blocks);
    unsigned char *block = p->blocks ? malloc(size + 1) : NULL;
    if (!block) {
        error_set(err, "out of memory");
        return NULL;
    }
    p->blocks[p->block_count++] = block;
    p->block_bytes += size;
    return block;
}

void pickle_free(Pickle *p) {
    if (!p) return;
    for (size_t i = 0; i < p->count; i++) {
        PickleValue *v = p->values[i];
        if (v->type == PICKLE_ARRAY) free(v->as.array);
        if (v->type == PICKLE_STORAGE) free(v->as.storage);
        if (v->type == PICKLE_TENSOR) free(v->as.tensor);
        if (v->type == PICKLE_TUPLE || v->type == PICKLE_LIST || v->type == PICKLE_DICT)
            free(v->as.list.items);
        free(v);
    }
    for (size_t i = 0; i < p->block_count; i++) free(p->blocks[i]);
    free(p->blocks);
    free(p->values);
    file_unmap(&p->file);
    free(p);
}

/* --- files --- */

/* What else is found under the name of a pickle. */
int pickle_refuse(const unsigned char *b, size_t n, Error *err) {
    const char *packed = NULL;
    if (n > 2 && b[0] == 0x1f && b[1] == 0x8b) packed = "gzip";
    if (n > 2 && b[0] == 0x78 && (b[0] << 8 | b[1]) % 31 == 0) packed = "zlib (joblib writes it)";
    if (n > 3 && memcmp(b, "BZh", 3) == 0) packed = "bzip2";
    if (n > 5 && memcmp(b,
                        "\xfd"
                        "7zXZ",
                        5) == 0)
        packed = "xz";
    if (n > 4 && memcmp(b, "\x28\xb5\x2f\xfd", 4) == 0) packed = "zstd";
    if (n > 2 && memcmp(b, "PK", 2) == 0)
        return error_set(err, "a zip archive (torch.save writes them), not a pickle");
    if (packed)
        return error_set(
            err, "compressed with %s; unpack it first, or write it again with pickle.dump", packed);
    if (n > 2 && b[n - 1] == '.' && strchr("(c}]0123456789", b[0]))
        return error_set(err, "a pickle of protocol 0 or 1; 2 to 5 can be read: write it again "
                              "with pickle.dump(x, f, protocol=4)");
    return error_set(err, "not a pickle of protocol 2 to 5");
}

static int parse(const unsigned char *data, size_t size, bool torch, Pickle **out, size_t *used,
                 Error *err) {
    *out = NULL;
    Pickle *p = calloc(1, sizeof *p);
    if (!p) return error_set(err, "out of memory");
    p->torch = torch;
    if (pickle_run(p, data, size, used, err)) {
        pickle_free(p);
        return -1;
    }
    *out = p;
    return 0;
}

int pickle_parse(const unsigned char *data, size_t size, Pickle **out, Error *err) {
    size_t used;
    return parse(data, size, false, out, &used, err);
}

int pickle_parse_torch(const unsigned char *data, size_t size, Pickle **out, size_t *used,
                       Error *err) {
    return parse(data, size, true, out, used, err);
}

int pickle_read(const char *path, Pickle **out, Error *err) {
    *out = NULL;
    FileMap file;
    if (file_map(path, &file, err)) return -1;
    if (pickle_parse(file.data, file.size, out, err)) {
        file_unmap(&file);
        return error_prefix(err, path);
    }
    (*out)->file = file;
    return 0;
}

const PickleValue *pickle_root(const Pickle *p) { return p->root; }
