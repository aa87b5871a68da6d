/* Archives built here field by field (PKWARE's APPNOTE 4.3), so that every field can lie. */
#include "lib/formats/zip.h"

#include <zlib.h>

#include "lib/base/bytes.h"
#include "test/scratch.h"

/* A member, with what local header, data and directory say of it. */
typedef struct {
    const char *name, *local_name;
    size_t name_size; /* 0: strlen(name) */
    const unsigned char *payload;
    size_t payload_size;
    unsigned method, flags, local_method, disk;
    uint32_t crc, packed, size, offset, local_crc, local_packed, local_size;
    const void *extra, *local_extra;
    size_t extra_size, local_extra_size;
    int absent; /* only the directory knows it */
} Member;

typedef struct {
    unsigned char bytes[8192], directory[2048];
    size_t size, directory_size;
    unsigned count;
} Archive;

static void put(unsigned char *bytes, size_t *size, const void *data, size_t n) {
    if (n) memcpy(bytes + *size, data, n);
    *size += n;
}

static void put_number(unsigned char *bytes, size_t *size, uint64_t value, size_t n) {
    for (size_t i = 0; i < n; i++) bytes[(*size)++] = (unsigned char)(value >> (8 * i));
}

static Member stored(const char *name, const void *data, size_t size) {
    uint32_t crc = (uint32_t)crc32(0, data, (uInt)size), n = (uint32_t)size;
    return (Member){.name = name,
                    .local_name = name,
                    .payload = data,
                    .payload_size = size,
                    .crc = crc,
                    .local_crc = crc,
                    .packed = n,
                    .local_packed = n,
                    .size = n,
                    .local_size = n,
                    .offset = UINT32_MAX - 1};
}

static Member deflated(const char *name, const void *data, size_t size, unsigned char *packed,
                       size_t room) {
    Member m = stored(name, data, size);
    z_stream z = {.next_in = (unsigned char *)(uintptr_t)data,
                  .avail_in = (uInt)size,
                  .next_out = packed,
                  .avail_out = (uInt)room};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    m.payload = packed;
    m.payload_size = room - z.avail_out;
    deflateEnd(&z);
    m.packed = m.local_packed = (uint32_t)m.payload_size;
    m.method = m.local_method = 8;
    return m;
}

static void add(Archive *a, const Member *m) {
    size_t at = a->size, length = m->name_size ? m->name_size : strlen(m->name);
    if (!m->absent) {
        put(a->bytes, &a->size, "PK\3\4", 4);
        uint64_t local[] = {20, m->flags, m->local_method, 0, 0x21};
        for (int i = 0; i < 5; i++) put_number(a->bytes, &a->size, local[i], 2);
        put_number(a->bytes, &a->size, m->local_crc, 4);
        put_number(a->bytes, &a->size, m->local_packed, 4);
        put_number(a->bytes, &a->size, m->local_size, 4);
        put_number(a->bytes, &a->size, m->name_size ? length : strlen(m->local_name), 2);
        put_number(a->bytes, &a->size, m->local_extra_size, 2);
        put(a->bytes, &a->size, m->local_name, m->name_size ? length : strlen(m->local_name));
        put(a->bytes, &a->size, m->local_extra, m->local_extra_size);
        put(a->bytes, &a->size, m->payload, m->payload_size);
    }
    put(a->directory, &a->directory_size, "PK\1\2", 4);
    uint64_t entry[] = {20, 20, m->flags, m->method, 0, 0x21};
    for (int i = 0; i < 6; i++) put_number(a->directory, &a->directory_size, entry[i], 2);
    put_number(a->directory, &a->directory_size, m->crc, 4);
    put_number(a->directory, &a->directory_size, m->packed, 4);
    put_number(a->directory, &a->directory_size, m->size, 4);
    uint64_t lengths[] = {length, m->extra_size, 0, m->disk, 0};
    for (int i = 0; i < 5; i++) put_number(a->directory, &a->directory_size, lengths[i], 2);
    put_number(a->directory, &a->directory_size, 0, 4);
    put_number(a->directory, &a->directory_size, m->offset == UINT32_MAX - 1 ? at : m->offset, 4);
    put(a->directory, &a->directory_size, m->name, length);
    put(a->directory, &a->directory_size, m->extra, m->extra_size);
    a->count++;
}

/* What the end record says, each as an offset from the truth. */
typedef struct {
    long count, size, begin, disk;
    const char *comment;
    size_t comment_length;
} End;

static void end_archive(Archive *a, const End *e) {
    size_t begin = a->size;
    put(a->bytes, &a->size, a->directory, a->directory_size);
    put(a->bytes, &a->size, "PK\5\6", 4);
    put_number(a->bytes, &a->size, (uint64_t)e->disk, 2);
    put_number(a->bytes, &a->size, 0, 2);
    put_number(a->bytes, &a->size, (uint64_t)((long)a->count + e->count), 2);
    put_number(a->bytes, &a->size, (uint64_t)((long)a->count + e->count), 2);
    put_number(a->bytes, &a->size, (uint64_t)((long)a->directory_size + e->size), 4);
    put_number(a->bytes, &a->size, (uint64_t)((long)begin + e->begin), 4);
    put_number(a->bytes, &a->size, e->comment_length, 2);
    if (e->comment) put(a->bytes, &a->size, e->comment, strlen(e->comment));
}

/* Reads directory and every member from an exact copy. Content goes to text (may be NULL) one after
 * the other. */
static int read_all(const unsigned char *bytes, size_t size, char *text, Error *err) {
    unsigned char *exact = malloc(size + 1);
    assert_non_null(exact);
    memcpy(exact, bytes, size);
    exact = realloc(exact, size ? size : 1);
    ZipDirectory d;
    int status = zip_directory(exact, size, &d, err);
    if (text) *text = '\0';
    for (size_t i = 0; !status && i < d.count; i++) {
        const unsigned char *data;
        unsigned char *owned;
        status = zip_extract(&d.items[i], &data, &owned, err);
        if (status) break;
        if (text)
            text += sprintf(text, "%s=%.*s;", d.items[i].name, (int)d.items[i].size,
                            (const char *)data);
        free(owned);
    }
    if (d.items) zip_free(&d);
    free(exact);
    return status;
}

static const char contents[] = "hello, hello, hello, hello, hello, hello, hello";
enum { CONTENTS = sizeof contents - 1 };

static void stored_and_deflated_members(void **state) {
    (void)state;
    unsigned char packed[256];
    char text[512];
    Error err;
    Archive a = {0};
    Member one = stored("one", contents, 5),
           two = deflated("two", contents, CONTENTS, packed, sizeof packed),
           none = stored("none", "", 0);
    add(&a, &one);
    add(&a, &two);
    add(&a, &none);
    end_archive(&a, &(End){.comment = "a comment", .comment_length = 9});
    assert_done(read_all(a.bytes, a.size, text, &err), &err);
    assert_string_equal(text,
                        "one=hello;two=hello, hello, hello, hello, hello, hello, hello;none=;");

    unsigned char shifted[9000] =
        "something before the archive, whose offsets count from its own start";
    memcpy(shifted + 100, a.bytes, a.size);
    assert_done(read_all(shifted, a.size + 100, text, &err), &err);
    assert_memory_equal(text, "one=hello;two", 13);
}

static void members_are_peeked_at(void **state) {
    (void)state;
    unsigned char packed[256], start[4];
    Error err;
    Archive a = {0};
    Member one = stored("one", contents, CONTENTS),
           two = deflated("two", contents, CONTENTS, packed, sizeof packed);
    add(&a, &one);
    add(&a, &two);
    end_archive(&a, &(End){0});
    ZipDirectory d;
    assert_done(zip_directory(a.bytes, a.size, &d, &err), &err);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(d.items[i].size, CONTENTS);
        assert_done(zip_peek(&d.items[i], start, 4, &err), &err);
        assert_memory_equal(start, "hell", 4);
        assert_done(zip_peek(&d.items[i], start, 0, &err), &err);
    }
    zip_free(&d);
}

static void zip64_and_streamed_members(void **state) {
    (void)state;
    char text[512];
    Error err;
    Archive a = {0};
    unsigned char extra[28] = {1, 0, 24, 0}, local[20] = {1, 0, 16, 0};
    Member m = stored("m", contents, 5);
    write_le64(local + 4, 5);
    write_le64(local + 12, 5);
    m.local_packed = m.local_size = UINT32_MAX;
    m.local_extra = local;
    m.local_extra_size = sizeof local;
    write_le64(extra + 4, 5);
    write_le64(extra + 12, 5);
    m.packed = m.size = m.offset = UINT32_MAX;
    m.extra = extra;
    m.extra_size = sizeof extra;
    add(&a, &m);
    /* Bit 3: crc and sizes follow the data; the local header has zeros. */
    Member s = stored("s", "streamedPK\7\10", 8);
    s.payload_size = 12;
    s.flags = 8;
    s.local_crc = s.local_packed = s.local_size = 0;
    add(&a, &s);
    Archive plain = a;
    end_archive(&plain, &(End){0});
    assert_done(read_all(plain.bytes, plain.size, text, &err), &err);
    assert_string_equal(text, "m=hello;s=streamed;");

    size_t begin = a.size; /* now with the directory's place and count in zip64 records only */
    put(a.bytes, &a.size, a.directory, a.directory_size);
    size_t end64 = a.size;
    put(a.bytes, &a.size, "PK\6\6", 4);
    put_number(a.bytes, &a.size, 44, 8);
    put_number(a.bytes, &a.size, 45 | 45 << 16, 4);
    put_number(a.bytes, &a.size, 0, 8);
    put_number(a.bytes, &a.size, 2, 8);
    put_number(a.bytes, &a.size, 2, 8);
    put_number(a.bytes, &a.size, a.directory_size, 8);
    put_number(a.bytes, &a.size, begin, 8);
    put(a.bytes, &a.size, "PK\6\7\0\0\0\0", 8);
    put_number(a.bytes, &a.size, end64, 8);
    put_number(a.bytes, &a.size, 1, 4);
    size_t end = a.size;
    put(a.bytes, &a.size, "PK\5\6\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0", 22);
    assert_done(read_all(a.bytes, a.size, text, &err), &err);
    assert_string_equal(text, "m=hello;s=streamed;");
    write_le64(a.bytes + end - 12, UINT64_MAX);
    assert_failed(read_all(a.bytes, a.size, NULL, &err), &err, "zip64 end record");
}

typedef struct {
    const char *what, *says;
    void (*lie)(Member *, End *);
} Lie;

#define LIE(name, statement)              \
    static void name(Member *m, End *e) { \
        (void)m, (void)e;                 \
        statement;                        \
    }
LIE(encrypted, m->flags = 1)
LIE(strongly_encrypted, m->flags = 0x41)
LIE(patch, m->flags = 0x20)
LIE(method_99, m->method = m->local_method = 99)
LIE(methods_differ, m->local_method = 8)
LIE(bad_crc, m->crc = m->local_crc = 0x12345678)
LIE(crcs_differ, m->local_crc = 7)
LIE(names_differ, m->local_name = "tow")
LIE(name_longer, m->local_name = "one_and_more_than_the_file_has")
LIE(nul_in_name, (m->name = m->local_name = "a\0b", m->name_size = 3))
LIE(no_name, m->name = m->local_name = "")
LIE(size_beyond, m->packed = m->local_packed = m->size = m->local_size = 1u << 30)
LIE(stored_sizes_differ, m->size = m->local_size = 4)
LIE(local_size_differs, m->local_size = 4)
LIE(zip64_missing, m->size = m->packed = UINT32_MAX)
LIE(zip64_short,
    (m->size = m->packed = UINT32_MAX, m->extra = "\1\0\10\0\5\0\0\0\0\0\0\0", m->extra_size = 12))
LIE(zip64_cut, (m->size = m->packed = UINT32_MAX, m->extra = "\1\0\377\377", m->extra_size = 4))
LIE(zip64_2_64,
    (m->size = m->packed = m->local_size = m->local_packed = UINT32_MAX, m->flags = 8,
     m->extra = "\1\0\20\0\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377",
     m->extra_size = 20))
LIE(negative_offset, (m->offset = UINT32_MAX, m->extra = "\1\0\10\0\0\360\377\377\377\377\377\377",
                      m->extra_size = 12))
LIE(offset_beyond, m->offset = 0x7fffff00)
LIE(offset_wrong, m->offset = 1)
LIE(shares_bytes, (m->absent = 1, m->offset = 0))
LIE(same_member_twice, (*m = stored("first", "1234567", 7), m->absent = 1, m->offset = 0))
LIE(name_twice, m->name = m->local_name = "first")
LIE(other_disk, m->disk = 1)
LIE(count_more, e->count = 60000)
LIE(count_one_more, e->count = 1)
LIE(count_less, e->count = -1)
LIE(directory_size, e->size = 0x7fff0000)
LIE(directory_longer, e->size = 1)
LIE(directory_shorter, e->size = -1)
LIE(directory_beyond, e->begin = 0x7fff0000)
LIE(several_disks, e->disk = 1)
LIE(comment_missing, e->comment_length = 5)
LIE(bytes_behind, e->comment = "more")

static void lies_are_found(void **state) {
    (void)state;
    static const Lie lies[] = {
        {"encrypted", "'one': it is encrypted", encrypted},
        {"strongly encrypted", "encrypted", strongly_encrypted},
        {"patch", "patch", patch},
        {"method 99", "method 99", method_99},
        {"methods differ", "differ", methods_differ},
        {"CRC", "checksum", bad_crc},
        {"CRCs differ", "differ", crcs_differ},
        {"names differ", "another name", names_differ},
        {"local name longer", "'one'", name_longer},
        {"NUL in name", "proper name", nul_in_name},
        {"no name", "proper name", no_name},
        {"size beyond", "1073741824 bytes do not fit", size_beyond},
        {"stored sizes differ", "4 bytes cannot come from 5", stored_sizes_differ},
        {"local size differs", "differ", local_size_differs},
        {"zip64 missing", "zip64 size is missing", zip64_missing},
        {"zip64 short", "zip64 size is missing", zip64_short},
        {"zip64 cut", "zip64 size is missing", zip64_cut},
        {"zip64 2^64", "do not fit", zip64_2_64},
        {"negative offset", "outside the archive", negative_offset},
        {"offset beyond", "outside the archive", offset_beyond},
        {"offset wrong", "no local header", offset_wrong},
        {"shared bytes", "another name", shares_bytes},
        {"the same member twice", "occurs twice", same_member_twice},
        {"a name twice", "'first' occurs twice", name_twice},
        {"other disk", "another part", other_disk},
        {"count 60000", "more members than it holds", count_more},
        {"one more", "more members than it holds", count_one_more},
        {"one less", "directory is damaged", count_less},
        {"directory size", "outside the file", directory_size},
        {"directory longer", "directory", directory_longer},
        {"directory shorter", "directory", directory_shorter},
        {"directory beyond", "outside the file", directory_beyond},
        {"several disks", "several parts", several_disks},
        {"comment missing", "end record is missing", comment_missing},
        {"bytes behind", "end record is missing", bytes_behind},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        Archive a = {0};
        Error err = {"no error"};
        Member first = stored("first", "1234567", 7), one = stored("one", contents, 5);
        End end = {0};
        lies[i].lie(&one, &end);
        add(&a, &first);
        add(&a, &one);
        end_archive(&a, &end);
        if (read_all(a.bytes, a.size, NULL, &err) != -1) fail_msg("%s: was read", lies[i].what);
        if (!strstr(err.text, lies[i].says))
            fail_msg("%s: '%s' does not say '%s'", lies[i].what, err.text, lies[i].says);
    }
}

/* A member inside another one's data: names and headers agree, only their places do not. */
static void overlaps_are_found(void **state) {
    (void)state;
    Archive inner = {0}, a = {0};
    Error err;
    Member small = stored("inner", "abc", 3);
    add(&inner, &small);
    Member large = stored("outer", inner.bytes, inner.size);
    add(&a, &large);
    small.absent = 1;
    small.offset = 30 + 5;
    add(&a, &small);
    end_archive(&a, &(End){0});
    assert_failed(read_all(a.bytes, a.size, NULL, &err), &err, "'outer' and 'inner' overlap");
}

static void bad_streams_are_found(void **state) {
    (void)state;
    unsigned char packed[256];
    Error err;
    for (int which = 0; which < 6; which++) {
        static const char *const says[] = {"end early",    "more than it claims", "damaged",
                                           "bytes follow", "cannot come from",    "damaged"};
        Archive a = {0};
        Member m = deflated("m", contents, CONTENTS, packed, sizeof packed);
        switch (which) {
        case 0:
            m.size = m.local_size = CONTENTS + 1;
            break;
        case 1:
            m.size = m.local_size = CONTENTS - 1;
            break;
        case 2:
            m.packed = m.local_packed -= 2;
            m.payload_size -= 2;
            break;
        case 3:
            m.packed = m.local_packed += 1;
            m.payload_size += 1;
            break;
        case 4:
            m.size = m.local_size = 1u << 31;
            break; /* beyond deflate's 1032 : 1 */
        default:
            memset(packed, 0xff, 4);
            break;
        }
        add(&a, &m);
        end_archive(&a, &(End){0});
        assert_failed(read_all(a.bytes, a.size, NULL, &err), &err, says[which]);
    }
}

/* Every bit flipped once, every cut: the contents are the same or the file is refused. */
static void damage_never_changes_contents(void **state) {
    (void)state;
    unsigned char packed[256];
    char text[512], expected[512];
    Error err;
    Archive a = {0};
    Member one = stored("one", contents, 5),
           two = deflated("two", contents, CONTENTS, packed, sizeof packed);
    add(&a, &one);
    add(&a, &two);
    end_archive(&a, &(End){0});
    assert_done(read_all(a.bytes, a.size, expected, &err), &err);
    size_t read = 0;
    for (size_t bit = 0; bit < 8 * a.size; bit++) {
        a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (read_all(a.bytes, a.size, text, &err) == 0) {
            assert_string_equal(text, expected);
            read++;
        }
        a.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_in_range(read, 1, 8 * a.size / 2); /* versions, times and attributes say nothing */
    for (size_t cut = 0; cut < a.size; cut++)
        assert_int_equal(read_all(a.bytes, cut, NULL, &err), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_and_deflated_members),
        cmocka_unit_test(members_are_peeked_at),
        cmocka_unit_test(zip64_and_streamed_members),
        cmocka_unit_test(lies_are_found),
        cmocka_unit_test(overlaps_are_found),
        cmocka_unit_test(bad_streams_are_found),
        cmocka_unit_test(damage_never_changes_contents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
