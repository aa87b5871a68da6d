#include "lib/formats/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "lib/base/bytes.h"
#include "lib/base/utf8.h"

enum {
    LOCAL_SIZE = 30,
    ENTRY_SIZE = 46,
    END_SIZE = 22,
    END64_SIZE = 56,
    LOCATOR_SIZE = 20,
    DEFLATE_MAX_RATIO = 1032
};

typedef struct {
    const unsigned char *data;
    size_t size;
    size_t begin, end,
        base; /* of the directory; base: what precedes the archive, added to every offset */
    uint64_t count;
} Archive;

/* The end record: the last one whose comment ends with the file. */
static int find_end(const unsigned char *data, size_t size, size_t *at) {
    for (size_t comment = 0; comment <= 0xffff && comment + END_SIZE <= size; comment++) {
        const unsigned char *p = data + size - END_SIZE - comment;
        if (memcmp(p, "PK\5\6", 4) == 0 && read_le16(p + 20) == comment) {
            *at = (size_t)(p - data);
            return 0;
        }
    }
    return -1;
}

/* zip64: its end record stands before a locator, which stands before the end record. Fields of the
 * latter that are all ones are in the former. */
static int read_end64(Archive *a, size_t locator, uint64_t *count, uint64_t *size, uint64_t *begin,
                      Error *err) {
    uint64_t at = read_le64(a->data + locator + 8);
    /* Bytes before the archive shift the record, whose fixed size is the only one ever written, to
     * right before the locator. */
    if (locator < END64_SIZE || at > locator - END64_SIZE ||
        memcmp(a->data + locator - END64_SIZE, "PK\6\6", 4) != 0)
        return error_set(err, "the zip64 end record is damaged");
    const unsigned char *p = a->data + locator - END64_SIZE;
    if (read_le64(p + 4) != END64_SIZE - 12 || read_le32(p + 16) || read_le32(p + 20) ||
        read_le64(p + 24) != read_le64(p + 32))
        return error_set(err, "the zip64 end record is damaged");
    if (*count == 0xffff) *count = read_le64(p + 32);
    if (*size == 0xffffffff) *size = read_le64(p + 40);
    if (*begin == 0xffffffff) *begin = read_le64(p + 48);
    a->end = locator - END64_SIZE;
    return 0;
}

static int read_end(const unsigned char *data, size_t size, Archive *a, Error *err) {
    *a = (Archive){.data = data, .size = size};
    if (find_end(data, size, &a->end)) {
        if (size >= 4 && memcmp(data, "PK\3\4", 4) == 0)
            return error_set(err, "cut short: the zip archive's end record is missing");
        return error_set(err, "neither a .npz nor a .npy file");
    }
    const unsigned char *p = data + a->end;
    if (read_le16(p + 4) || read_le16(p + 6) || read_le16(p + 8) != read_le16(p + 10))
        return error_set(err, "a zip archive of several parts");
    uint64_t directory = read_le32(p + 12), begin = read_le32(p + 16);
    a->count = read_le16(p + 10);
    if (a->end >= LOCATOR_SIZE && memcmp(p - LOCATOR_SIZE, "PK\6\7", 4) == 0 &&
        read_end64(a, a->end - LOCATOR_SIZE, &a->count, &directory, &begin, err))
        return -1;
    if (directory > a->end || begin > a->end - directory)
        return error_set(err, "the zip directory lies outside the file");
    a->begin = a->end - (size_t)directory;
    a->base = a->begin - (size_t)begin;
    if (a->count > directory / ENTRY_SIZE)
        return error_set(err, "the zip directory promises more members than it holds");
    return 0;
}

/* Sizes and offset that are all ones stand in the zip64 extra field, in this order. */
static int read_extra64(const unsigned char *extra, size_t length, uint64_t **fields, size_t count,
                        Error *err) {
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) wanted += *fields[i] == 0xffffffff;
    while (length >= 4 && wanted > 0) {
        size_t size = read_le16(extra + 2);
        if (size > length - 4) break;
        if (read_le16(extra) == 1) {
            if (size < 8 * wanted) break;
            extra += 4;
            for (size_t i = 0; i < count; i++)
                if (*fields[i] == 0xffffffff) {
                    *fields[i] = read_le64(extra);
                    extra += 8;
                }
            return 0;
        }
        extra += 4 + size;
        length -= 4 + size;
    }
    return wanted ? error_set(err, "a zip64 size is missing") : 0;
}

/* The local header must repeat the directory's entry; its data must lie before the directory. */
static int read_local(const Archive *a, ZipMember *m, uint64_t offset, unsigned flags,
                      uint64_t packed_size, uint64_t size, Error *err) {
    size_t room = a->begin - a->base;
    if (offset > room || room - offset < LOCAL_SIZE)
        return error_set(err, "its offset lies outside the archive");
    m->begin = a->base + (size_t)offset;
    const unsigned char *p = a->data + m->begin;
    if (memcmp(p, "PK\3\4", 4) != 0)
        return error_set(err, "no local header where the directory says");
    size_t name_length = read_le16(p + 26), extra_length = read_le16(p + 28);
    room -= (size_t)offset + LOCAL_SIZE;
    if (name_length + extra_length > room)
        return error_set(err, "its local header lies outside the archive");
    room -= name_length + extra_length;
    if (name_length != strlen(m->name) || memcmp(p + LOCAL_SIZE, m->name, name_length) != 0)
        return error_set(err, "its local header has another name");
    if (read_le16(p + 6) != flags || read_le16(p + 8) != m->method)
        return error_set(err, "local header and directory differ");
    uint64_t local_packed = read_le32(p + 18), local_size = read_le32(p + 22);
    if (!(flags & 8)) { /* else the sizes follow the data, and the directory has them */
        uint64_t *fields[] = {&local_size, &local_packed};
        if (read_extra64(p + LOCAL_SIZE + name_length, extra_length, fields, 2, err)) return -1;
        if (local_packed != packed_size || local_size != size || read_le32(p + 14) != m->crc)
            return error_set(err, "local header and directory differ");
    }
    if (packed_size > room)
        return error_set(err, "its %llu bytes do not fit into the file",
                         (unsigned long long)packed_size);
    if (m->method == 0 ? size != packed_size : size / DEFLATE_MAX_RATIO > packed_size)
        return error_set(err, "%llu bytes cannot come from %llu", (unsigned long long)size,
                         (unsigned long long)packed_size);
    m->packed = p + LOCAL_SIZE + name_length + extra_length;
    m->packed_size = (size_t)packed_size;
    m->end = (size_t)(m->packed - a->data) + m->packed_size;
    m->size = (size_t)size;
    return 0;
}

/* One entry of the directory, at *at, which moves behind it. */
static int read_entry(const Archive *a, size_t *at, ZipMember *m, Error *err) {
    const unsigned char *p = a->data + *at;
    if (a->end - *at < ENTRY_SIZE || memcmp(p, "PK\1\2", 4) != 0)
        return error_set(err, "the zip directory is damaged");
    size_t name_length = read_le16(p + 28), extra_length = read_le16(p + 30),
           comment_length = read_le16(p + 32);
    if (name_length + extra_length + comment_length > a->end - *at - ENTRY_SIZE)
        return error_set(err, "the zip directory is damaged");
    *at += ENTRY_SIZE + name_length + extra_length + comment_length;
    if (name_length == 0 || memchr(p + ENTRY_SIZE, 0, name_length))
        return error_set(err, "a zip member without a proper name");
    m->name = strndup((const char *)p + ENTRY_SIZE, name_length);
    if (!m->name) return error_set(err, "out of memory");
    unsigned flags = read_le16(p + 8);
    m->method = read_le16(p + 10);
    m->crc = read_le32(p + 16);
    uint64_t packed_size = read_le32(p + 20), size = read_le32(p + 24), offset = read_le32(p + 42);
    uint64_t *fields[] = {&size, &packed_size, &offset};
    int bad = 0;
    if (flags & 0x2041)
        bad = error_set(err, "it is encrypted");
    else if (flags & 0x20)
        bad = error_set(err, "it is a patch");
    else if (m->method != 0 && m->method != 8)
        bad = error_set(err, "its compression method %u is not supported", m->method);
    else if (read_le16(p + 34) != 0)
        bad = error_set(err, "it lies in another part of the archive");
    else
        bad = read_extra64(p + ENTRY_SIZE + name_length, extra_length, fields, 3, err) ||
              read_local(a, m, offset, flags, packed_size, size, err);
    char context[160];
    snprintf(context, sizeof context, "member '%.120s'", m->name);
    return bad ? error_prefix(err, context) : 0;
}

static int compare_begin(const void *a, const void *b) {
    const ZipMember *x = *(ZipMember *const *)a, *y = *(ZipMember *const *)b;
    return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Names are distinct, bytes are not shared. */
static int check_members(const ZipDirectory *d, Error *err) {
    if (d->count == 0) return 0;
    const char **names = malloc(d->count * sizeof *names);
    const ZipMember **members = malloc(d->count * sizeof *members);
    int bad = 0;
    if (!names || !members) bad = error_set(err, "out of memory");
    for (size_t i = 0; i < d->count && !bad; i++) {
        names[i] = d->items[i].name;
        members[i] = &d->items[i];
    }
    if (!bad) bad = utf8_sort_distinct(names, d->count, err);
    if (!bad) qsort(members, d->count, sizeof *members, compare_begin);
    for (size_t i = 1; i < d->count && !bad; i++) {
        const ZipMember *before = members[i - 1];
        if (members[i]->begin < before->end)
            bad = error_set(err, "the members '%.100s' and '%.100s' overlap", before->name,
                            members[i]->name);
    }
    free(names);
    free(members);
    return bad;
}

int zip_directory(const unsigned char *data, size_t size, ZipDirectory *out, Error *err) {
    *out = (ZipDirectory){0};
    Archive a;
    if (read_end(data, size, &a, err)) return -1;
    if (a.count == 0) return a.begin == a.end ? 0 : error_set(err, "the zip directory is damaged");
    ZipDirectory d = {.items = calloc((size_t)a.count, sizeof *d.items)};
    if (!d.items) return error_set(err, "out of memory");
    size_t at = a.begin;
    int bad = 0;
    while (d.count < a.count && !bad) bad = read_entry(&a, &at, &d.items[d.count++], err);
    if (!bad && at != a.end) bad = error_set(err, "the zip directory is damaged");
    if (!bad) bad = check_members(&d, err);
    if (bad) {
        zip_free(&d);
        return -1;
    }
    *out = d;
    return 0;
}

void zip_free(ZipDirectory *d) {
    for (size_t i = 0; i < d->count; i++) free(d->items[i].name);
    free(d->items);
    *d = (ZipDirectory){0};
}

/* --- the members' bytes --- */

static uInt chunk(size_t n) { return n > (1u << 30) ? 1u << 30 : (uInt)n; }

/* Inflates exactly n > 0 bytes; *ended: the stream's end was reached. */
static int inflate_into(z_stream *z, const ZipMember *m, unsigned char *buffer, size_t n,
                        int *ended, Error *err) {
    size_t done = 0;
    *ended = 0;
    while (!*ended && done < n) {
        if (z->avail_in == 0)
            z->avail_in = chunk((size_t)(m->packed + m->packed_size - z->next_in));
        uInt in = z->avail_in;
        z->next_out = buffer + done;
        z->avail_out = chunk(n - done);
        uInt out = z->avail_out;
        int status = inflate(z, Z_NO_FLUSH);
        done += out - z->avail_out;
        if (status == Z_STREAM_END)
            *ended = 1;
        else if (status == Z_MEM_ERROR)
            return error_set(err, "out of memory");
        else if ((status != Z_OK && status != Z_BUF_ERROR) ||
                 (in == z->avail_in && out == z->avail_out))
            return error_set(err, "its deflated data are damaged");
    }
    return done == n ? 0 : error_set(err, "its deflated data end early");
}

static int inflate_begin(z_stream *z, const ZipMember *m, Error *err) {
    *z = (z_stream){.next_in = (unsigned char *)(uintptr_t)m->packed};
    return inflateInit2(z, -15) == Z_OK ? 0 : error_set(err, "out of memory");
}

int zip_peek(const ZipMember *m, unsigned char *buffer, size_t n, Error *err) {
    if (m->method == 0) {
        memcpy(buffer, m->packed, n);
        return 0;
    }
    z_stream z;
    if (inflate_begin(&z, m, err)) return -1;
    int ended, bad = n > 0 ? inflate_into(&z, m, buffer, n, &ended, err) : 0;
    inflateEnd(&z);
    return bad;
}

/* After the last byte the stream must end, without giving more, where the member does. */
static int inflate_finish(z_stream *z, const ZipMember *m, int ended, Error *err) {
    unsigned char more;
    while (!ended) {
        if (z->avail_in == 0)
            z->avail_in = chunk((size_t)(m->packed + m->packed_size - z->next_in));
        z->next_out = &more;
        z->avail_out = 1;
        int status = inflate(z, Z_NO_FLUSH);
        if (z->avail_out == 0) return error_set(err, "it inflates to more than it claims");
        if (status == Z_STREAM_END)
            ended = 1;
        else if (status != Z_OK || z->next_in == m->packed + m->packed_size)
            return error_set(err, "its deflated data are damaged");
    }
    return z->next_in == m->packed + m->packed_size
               ? 0
               : error_set(err, "bytes follow its deflated data");
}

static int inflate_all(z_stream *z, const ZipMember *m, unsigned char **out, Error *err) {
    size_t room = 0;
    int ended = 0;
    while (room < m->size || room == 0) {
        size_t next = room == 0 ? 1 << 20 : 2 * room;
        if (next > m->size) next = m->size;
        unsigned char *grown = realloc(*out, next ? next : 1);
        if (!grown) return error_set(err, "out of memory");
        *out = grown;
        if (next > room && (ended || inflate_into(z, m, grown + room, next - room, &ended, err)))
            return ended ? error_set(err, "its deflated data end early") : -1;
        room = next;
        if (m->size == 0) break;
    }
    return inflate_finish(z, m, ended, err);
}

int zip_extract(const ZipMember *m, const unsigned char **data, unsigned char **owned, Error *err) {
    *owned = NULL;
    *data = m->packed;
    if (m->method != 0) {
        z_stream z;
        if (inflate_begin(&z, m, err)) return -1;
        int bad = inflate_all(&z, m, owned, err);
        inflateEnd(&z);
        *data = *owned;
        if (bad) goto failed;
    }
    if (crc32_z(crc32_z(0, NULL, 0), *data, m->size) == m->crc) return 0;
    error_set(err, "its checksum is wrong: the file is damaged");
failed:
    free(*owned);
    *owned = NULL;
    return -1;
}

/* A deflated member piece by piece. */
static int verify_deflated(z_stream *z, const ZipMember *m, Error *err) {
    enum { PIECE = 1 << 15 };
    unsigned char buffer[PIECE];
    uLong crc = crc32_z(0, NULL, 0);
    int ended = 0;
    for (size_t done = 0; done < m->size;) {
        size_t n = m->size - done < PIECE ? m->size - done : PIECE;
        if (ended) return error_set(err, "its deflated data end early");
        if (inflate_into(z, m, buffer, n, &ended, err)) return -1;
        crc = crc32_z(crc, buffer, n);
        done += n;
    }
    if (inflate_finish(z, m, ended, err)) return -1;
    return crc == m->crc ? 0 : error_set(err, "its checksum is wrong: the file is damaged");
}

int zip_verify(const ZipMember *m, Error *err) {
    const unsigned char *data;
    unsigned char *owned;
    if (m->method == 0) return zip_extract(m, &data, &owned, err); /* stored: nothing is copied */
    z_stream z;
    if (inflate_begin(&z, m, err)) return -1;
    int bad = verify_deflated(&z, m, err);
    inflateEnd(&z);
    return bad;
}
