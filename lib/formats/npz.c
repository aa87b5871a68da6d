/* Writing .npz and .npy: stored members, so that a reader can map them, under one constant time
 * stamp. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/utf8.h"
#include "lib/formats/npy.h"
#include "lib/formats/tensor_file.h"

enum {
    LOCAL_SIZE = 30,
    ENTRY_SIZE = 46,
    END_SIZE = 22,
    TIME_STAMP = 1 << 5 | 1 /* 1 January 1980 */
};

/* A member as the directory will repeat it. */
typedef struct {
    uint32_t crc, size, begin;
} Entry;

/* The 26 bytes that local header and directory share, from "version needed" to "extra length". */
static void common_fields(unsigned char *p, const char *name, const Entry *e) {
    size_t length = strlen(name) + 4;
    int ascii = 1;
    for (const char *c = name; *c; c++) ascii &= (unsigned char)*c < 0x80;
    memset(p, 0, 26);
    write_le16(p, 20);
    write_le16(p + 2, ascii ? 0 : 0x800); /* the name is UTF-8 */
    write_le16(p + 8, TIME_STAMP);
    write_le32(p + 10, e->crc);
    write_le32(p + 14, e->size);
    write_le32(p + 18, e->size);
    write_le16(p + 22, (uint16_t)length);
}

static int put_member(OutputFile *f, const NamedTensor *item, size_t *at, Entry *e, Error *err) {
    const Tensor *t = &item->tensor;
    unsigned char header[512], local[LOCAL_SIZE] = "PK\3\4";
    size_t header_size = npy_header(t, header), data_size = npy_data_size(t),
           name_size = strlen(item->name);
    if (name_size > 60000 || !utf8_valid(item->name, name_size))
        return error_set(err, "%s: an array's name is no text", f->path);
    if (*at > UINT32_MAX - 70000 || data_size > UINT32_MAX - 70000 - *at)
        return error_set(err, "%s: more than 4 GiB do not fit into a .npz", f->path);
    uLong crc = crc32_z(crc32_z(0, NULL, 0), header, header_size);
    if (data_size > 0) crc = crc32_z(crc, t->data, data_size);
    *e = (Entry){(uint32_t)crc, (uint32_t)(header_size + data_size), (uint32_t)*at};
    common_fields(local + 4, item->name, e);
    *at += LOCAL_SIZE + name_size + 4 + header_size + data_size;
    return file_put(f, local, LOCAL_SIZE, err) || file_put(f, item->name, name_size, err) ||
                   file_put(f, ".npy", 4, err) || file_put(f, header, header_size, err) ||
                   file_put(f, t->data, data_size, err)
               ? -1
               : 0;
}

static int put_archive(OutputFile *f, const Tensors *set, Entry *entries, Error *err) {
    size_t at = 0;
    for (size_t i = 0; i < set->count; i++)
        if (put_member(f, &set->items[i], &at, &entries[i], err)) return -1;
    size_t begin = at;
    for (size_t i = 0; i < set->count; i++) {
        const char *name = set->items[i].name;
        unsigned char entry[ENTRY_SIZE] = "PK\1\2";
        write_le16(entry + 4, 3 << 8 | 20); /* made under Unix: unzip then knows names and modes */
        write_le32(entry + 38, (uint32_t)0100644 << 16); /* -rw-r--r-- */
        common_fields(entry + 6, name, &entries[i]);
        write_le32(entry + 42, entries[i].begin);
        at += ENTRY_SIZE + strlen(name) + 4;
        if (file_put(f, entry, ENTRY_SIZE, err) || file_put(f, name, strlen(name), err) ||
            file_put(f, ".npy", 4, err))
            return -1;
    }
    if (at > UINT32_MAX)
        return error_set(err, "%s: more than 4 GiB do not fit into a .npz", f->path);
    unsigned char end[END_SIZE] = "PK\5\6";
    write_le16(end + 8, (uint16_t)set->count);
    write_le16(end + 10, (uint16_t)set->count);
    write_le32(end + 12, (uint32_t)(at - begin));
    write_le32(end + 16, (uint32_t)begin);
    return file_put(f, end, END_SIZE, err);
}

int npz_write(const char *path, const Tensors *set, Error *err) {
    if (set->count >= 0xffff)
        return error_set(err, "%s: %zu arrays do not fit into a .npz", path, set->count);
    Entry *entries = calloc(set->count + 1, sizeof *entries);
    if (!entries) return error_set(err, "out of memory");
    OutputFile f;
    int bad = file_begin(&f, path, err);
    if (!bad) {
        bad = put_archive(&f, set, entries, err) || file_commit(&f, err);
        file_abandon(&f);
    }
    free(entries);
    return bad ? -1 : 0;
}

int npy_write(const char *path, const Tensor *t, Error *err) {
    unsigned char header[512];
    OutputFile f;
    if (file_begin(&f, path, err)) return -1;
    int bad = file_put(&f, header, npy_header(t, header), err) ||
              file_put(&f, t->data, npy_data_size(t), err) || file_commit(&f, err);
    file_abandon(&f);
    return bad ? -1 : 0;
}
