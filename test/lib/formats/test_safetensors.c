/* The format by the letter of its README: length as u64, JSON, data; what it demands is refused
 * where it is broken. */
#include "lib/formats/safetensors.h"

#include <math.h>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "test/scratch.h"

/* A file with that header and `size` bytes of data 0, 1, 2 ...; its path. */
static const char *write_file(const char *header, size_t size) {
    unsigned char bytes[4096];
    size_t length = strlen(header);
    write_le64(bytes, length);
    memcpy(bytes + 8, header, length);
    for (size_t i = 0; i < size; i++) bytes[8 + length + i] = (unsigned char)i;
    return scratch_write("file.safetensors", bytes, 8 + length + size);
}

static Safetensors *opened(const char *path) {
    Safetensors *s;
    Error err;
    assert_done(safetensors_open(path, &s, &err), &err);
    return s;
}

static void tensors_and_metadata_come_back(void **state) {
    (void)state;
    static const float a[] = {1, -2.5f, 3};
    static const int64_t b[] = {INT64_MIN, INT64_MAX};
    static const double c = 1e-300;
    const SafetensorsView views[] = {
        {.name = "predictor.head.weight",
         .type = SAFETENSORS_F32,
         .rank = 2,
         .shape = {1, 3},
         .data = a},
        {.name = "b", .type = SAFETENSORS_I64, .rank = 1, .shape = {2}, .data = b},
        {.name = "scalar", .type = SAFETENSORS_F64, .rank = 0, .data = &c},
        {.name = "\xc3\xa4\"\\\n",
         .type = SAFETENSORS_F32,
         .rank = 2,
         .shape = {0, 3},
         .data = NULL},
    };
    Metadata m = {0};
    Error err;
    assert_done(metadata_set(&m, "format", "neverstop", &err), &err);
    assert_done(metadata_set(&m, "config", "{\"width\": 7}", &err), &err);
    assert_done(metadata_set(&m, "config", "{\"width\": 8, \"text\": \"a\\\\b\"}\n\x01", &err),
                &err);
    assert_int_equal(m.count, 2);
    const char *path = scratch("model.safetensors");
    assert_done(safetensors_write(path, views, 4, &m, &err), &err);
    Safetensors *s = opened(path);
    assert_int_equal(safetensors_count(s), 4);
    for (size_t i = 0; i < 4; i++) {
        const SafetensorsView *v = safetensors_at(s, i);
        assert_string_equal(v->name, views[i].name);
        assert_ptr_equal(safetensors_find(s, views[i].name), v);
        assert_int_equal(v->type, views[i].type);
        assert_int_equal(v->rank, views[i].rank);
        assert_memory_equal(v->shape, views[i].shape, sizeof v->shape);
        assert_int_equal((uintptr_t)v->data % (v->type == SAFETENSORS_F32 ? 4 : 8), 0);
    }
    assert_memory_equal(safetensors_at(s, 0)->data, a, sizeof a);
    assert_memory_equal(safetensors_at(s, 1)->data, b, sizeof b);
    assert_memory_equal(safetensors_at(s, 2)->data, &c, sizeof c);
    assert_null(safetensors_find(s, "predictor"));
    const Metadata *back = safetensors_metadata(s);
    assert_int_equal(back->count, 4); /* checksum and seal too */
    assert_string_equal(metadata_get(back, "format"), "neverstop");
    assert_string_equal(metadata_get(back, "config"), metadata_get(&m, "config"));
    assert_null(metadata_get(back, "genres"));
    safetensors_close(s);

    unsigned char *first, *second;
    size_t first_size, second_size;
    const char *again = scratch("again.safetensors");
    assert_done(safetensors_write(again, views, 4, &m, &err), &err);
    assert_done(file_read(path, &first, &first_size, &err), &err);
    assert_done(file_read(again, &second, &second_size, &err), &err);
    assert_int_equal(first_size, second_size);
    assert_memory_equal(first, second, first_size);
    assert_int_equal((8 + read_le64(first)) % 64, 0);
    free(first);
    free(second);
    metadata_free(&m);
}

static void the_written_bytes_are_the_formats(void **state) {
    (void)state;
    static const float a[] = {1};
    Error err;
    Metadata m = {0};
    assert_done(metadata_set(&m, "k", "v\t", &err), &err);
    const char *path = scratch("bytes.safetensors");
    assert_done(safetensors_write(
                    path,
                    &(SafetensorsView){
                        .name = "w", .type = SAFETENSORS_F32, .rank = 1, .shape = {1}, .data = a},
                    1, &m, &err),
                &err);
    metadata_free(&m);
    unsigned char *bytes;
    size_t size;
    assert_done(file_read(path, &bytes, &size, &err), &err);
    char expected[200];
    /* The digits are those of Python's xxhash for these bytes with zeros in their place. */
    snprintf(
        expected, sizeof expected, "%-184s",
        "{\"__metadata__\":{\"k\":\"v\\u0009\",\"checksum\":\"xxh3:42b79dfe629249f1\",\"sealed\":"
        "\"by its checksum\"},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
    assert_int_equal(size, 196);
    assert_memory_equal(bytes, "\xb8\0\0\0\0\0\0\0", 8);
    assert_memory_equal(bytes + 8, expected, 184);
    assert_memory_equal(bytes + 192, "\0\0\x80\x3f", 4);
    free(bytes);
}

/* Whichever bit of a written file flips, and wherever it is cut, it is refused. */
static void damage_of_a_sealed_file_is_seen(void **state) {
    (void)state;
    static const float a[] = {1, 2, 3};
    Error err;
    Safetensors *s;
    const SafetensorsView view = {
        .name = "w", .type = SAFETENSORS_F32, .rank = 1, .shape = {3}, .data = a};
    assert_done(safetensors_write(scratch("sealed.safetensors"), &view, 1, NULL, &err), &err);
    unsigned char *bytes;
    size_t size;
    assert_done(file_read(scratch("sealed.safetensors"), &bytes, &size, &err), &err);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        const char *path = scratch_write("flipped.safetensors", bytes, size);
        if (safetensors_open(path, &s, &err) == 0) fail_msg("bit %zu flipped is accepted", bit);
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t cut = 0; cut < size; cut++)
        assert_int_equal(safetensors_open(scratch_write("cut.safetensors", bytes, cut), &s, &err),
                         -1);
    bytes[size - 2] ^= 1;
    assert_failed(safetensors_open(scratch_write("flipped.safetensors", bytes, size), &s, &err),
                  &err, "damaged: its checksum");
    free(bytes);
}

static void any_order_and_place_is_read(void **state) {
    (void)state;
    /* Header order is not data order; the header's odd length leaves the data unaligned; f.x is of
     * no use to us. */
    Safetensors *s = opened(
        write_file("{ \"second\":{\"shape\":[2],\"dtype\":\"F32\",\"data_offsets\":[13,21]}, "
                   "\"f\\u002ex\":{\"dtype\":\"U8\",\"shape\":[1],"
                   "\"data_offsets\":[12,13]},\"first\":{\"data_offsets\":[0,12],\"dtype\":\"F32\","
                   "\"shape\":[3]} } ",
                   21));
    assert_int_equal(safetensors_count(s), 3);
    assert_string_equal(safetensors_at(s, 0)->name, "first");
    assert_memory_equal(safetensors_at(s, 0)->data, "\0\1\2\3\4\5\6\7\10\11\12\13", 12);
    assert_int_equal((uintptr_t)safetensors_at(s, 0)->data % 4, 0);
    assert_int_equal(safetensors_find(s, "f.x")->type, SAFETENSORS_OTHER);
    const SafetensorsView *v = safetensors_find(s, "second");
    assert_int_equal((uintptr_t)v->data % 4, 0);
    assert_memory_equal(v->data, "\15\16\17\20\21\22\23\24", 8);
    safetensors_close(s);
    s = opened(write_file("{}", 0));
    assert_int_equal(safetensors_count(s), 0);
    safetensors_close(s);
    s = opened(write_file(
        "{\"__metadata__\":{\"\\u006bind\":\"t\\u00e9st \\ud83d\\ude00 \\\"q\\\" \\\\ \\n\"}}", 0));
    assert_string_equal(metadata_get(safetensors_metadata(s), "kind"),
                        "t\xc3\xa9st \xf0\x9f\x98\x80 \"q\" \\ \n");
    safetensors_close(s);
}

/* 1, 2^-24 and -inf; 1, 2^-133 and NaN; and what float32 makes of other types. */
static void numbers_of_16_bits(void **state) {
    (void)state;
    static const uint16_t half[] = {0x3c00, 0x0001, 0xfc00}, brain[] = {0x3f80, 0x0001, 0x7fc0};
    static const double wide[] = {0.1, 1e300};
    static const int64_t whole[] = {16777217, -5};
    const SafetensorsView views[] = {
        {.name = "half", .type = SAFETENSORS_F16, .rank = 4, .shape = {1, 3, 1, 1}, .data = half},
        {.name = "brain", .type = SAFETENSORS_BF16, .rank = 1, .shape = {3}, .data = brain},
        {.name = "wide", .type = SAFETENSORS_F64, .rank = 1, .shape = {2}, .data = wide},
        {.name = "whole", .type = SAFETENSORS_I64, .rank = 1, .shape = {2}, .data = whole},
    };
    Error err;
    const char *path = scratch("half.safetensors");
    assert_done(safetensors_write(path, views, 4, NULL, &err), &err);
    Safetensors *s = opened(path);
    for (size_t i = 0; i < 4; i++) {
        const SafetensorsView *v = safetensors_find(s, views[i].name);
        assert_int_equal(v->type, views[i].type);
        assert_int_equal(v->rank, views[i].rank);
        assert_int_equal(safetensors_elements(v), i < 2 ? 3 : 2);
    }
    float x[3];
    uint32_t bits[3];
    assert_memory_equal(safetensors_find(s, "half")->data, half, sizeof half);
    assert_done(safetensors_read_f32(safetensors_find(s, "half"), x, &err), &err);
    assert_true(x[0] == 1 && x[1] == 0x1p-24f && x[2] == -INFINITY);
    assert_done(safetensors_read_f32(safetensors_find(s, "brain"), x, &err), &err);
    memcpy(bits, x, sizeof bits);
    assert_int_equal(bits[0], 0x3f800000);
    assert_int_equal(bits[1], 0x00010000);
    assert_int_equal(bits[2], 0x7fc00000);
    assert_done(safetensors_read_f32(safetensors_find(s, "wide"), x, &err), &err);
    assert_true(x[0] == 0.1f && x[1] == INFINITY);
    assert_done(safetensors_read_f32(safetensors_find(s, "whole"), x, &err), &err);
    assert_true(x[0] == 16777216 && x[1] == -5);
    safetensors_close(s);
}

/* What has more dimensions or another type than is of use here may be in a file. */
static void other_tensors_are_left_alone(void **state) {
    (void)state;
    Error err;
    float x[1];
    Safetensors *s = opened(write_file(
        "{\"deep\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,6],\"data_offsets\":[0,24]},"
        "\"bytes\":{\"dtype\":\"U8\",\"shape\":[2,0,9],\"data_offsets\":[24,24]},"
        "\"eight\":{\"dtype\":\"BF16\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[24,26]}}",
        26));
    const SafetensorsView *deep = safetensors_find(s, "deep");
    assert_int_equal(deep->type, SAFETENSORS_OTHER);
    assert_int_equal(deep->rank, SAFETENSORS_DEEP);
    assert_failed(safetensors_read_f32(deep, x, &err), &err, "tensor 'deep' holds no");
    assert_failed(safetensors_read_f32(safetensors_find(s, "bytes"), x, &err), &err, "'bytes'");
    assert_int_equal(safetensors_find(s, "eight")->rank, 8);
    assert_done(safetensors_read_f32(safetensors_find(s, "eight"), x, &err), &err);
    assert_true(x[0] == 0x1.3p-77f); /* 0x1918: the data are bytes 0, 1, 2 ... */
    safetensors_close(s);
}

#define W(dtype, shape, offsets) \
    "{\"w\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"

static void bad_files_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *header, *says;
    } cases[] = {
        {"", "not a JSON object"},
        {"[1, 2, 3]", "not a JSON object"},
        {"hello", "not a JSON object"},
        {" {}", "not a JSON object"},
        {"{", "missing"},
        {"{\"w\"", "missing"},
        {"{\"w", "string without end"},
        {"{\"w\\", "string without end"},
        {"{\"w\":", "missing"},
        {"{\"w\":null}", "tensor 'w'"},
        {"{\"w\":{}}", "tensor 'w'"},
        {W("\"F32\"", "[6]", "[0,24]") " {}", "follows the header"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]},}", "missing"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[6]}}", "no data_offsets"},
        {"{\"w\":{\"dtype\":\"F32\",\"data_offsets\":[0,24]}}", "no shape"},
        {"{\"w\":{\"shape\":[6],\"data_offsets\":[0,24]}}", "no dtype"},
        {"{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
         "unexpected 'dtype'"},
        {"{\"w\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24],\"more\":1}}",
         "unexpected 'more'"},
        {W("32", "[6]", "[0,24]"), "tensor 'w'"},
        {W("\"F33\"", "[6]", "[0,24]"), "'F33' is not known"},
        {W("\"F32\"", "[\"6\"]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[-2,-3]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[1.5,4]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[6.0]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[06]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[6,]", "[0,24]"), "natural number"},
        {W("\"F32\"", "[1,1,1,1,1,1,1,1,7]", "[0,24]"), "does not fit its 24 bytes"},
        {W("\"F32\"", "[7]", "[0,24]"), "does not fit its 24 bytes"},
        {W("\"F32\"", "[4294967296,4294967296]", "[0,24]"), "does not fit"},
        {W("\"F32\"", "[4611686018427387904]", "[0,0]"),
         "does not fit its 0 bytes"}, /* times 4 is 0 in 64 bits */
        {W("\"F32\"", "[6]", "[24]"), "tensor 'w'"},
        {W("\"F32\"", "[6]", "[0,24,48]"), "tensor 'w'"},
        {W("\"F32\"", "[6]", "[24,0]"), "outside the file"},
        {W("\"F32\"", "[6]", "[-24,0]"), "natural number"},
        {W("\"F32\"", "[6]", "[0,1e308]"), "natural number"},
        {W("\"F32\"", "[600]", "[0,2400]"), "outside the file"},
        {W("\"F32\"", "[6]", "[18446744073709551592,18446744073709551616]"), "beyond 64 bits"},
        {W("\"F32\"", "[5]", "[0,20]"), "4 bytes follow the last tensor"},
        {W("\"F32\"", "[5]", "[4,24]"), "hole"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},\"b\":{\"dtype\":"
         "\"F32\",\"shape\":[4],\"data_offsets\":[8,24]}}",
         "'b' overlaps"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\","
         "\"shape\":[2],\"data_offsets\":[16,24]}}",
         "hole before it"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]},\"a\":{\"dtype\":"
         "\"F32\",\"shape\":[0],\"data_offsets\":[24,24]}}",
         "'a' occurs twice"},
        {"{\"__metadata__\":[]}", "metadata"},
        {"{\"__metadata__\":{\"a\":7}}", "metadata"},
        {"{\"__metadata__\":{\"a\":\"b\"},\"__metadata__\":{}}", "metadata occur twice"},
        {"{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}", "'a' occurs twice"},
        {"{\"__metadata__\":{\"a\":\"b\xff\"}}", "UTF-8"},
        {"{\"__metadata__\":{\"a\":\"b\\u0000\"}}", "damaged string"},
        {"{\"__metadata__\":{\"a\":\"b\\ud800\"}}", "damaged string"},
        {"{\"__metadata__\":{\"a\":\"b\\x\"}}", "damaged string"},
        {"{\"__metadata__\":{\"a\":\"b\n\"}}", "damaged string"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = write_file(cases[i].header, 24);
        Safetensors *s;
        Error err = {"no error"};
        if (safetensors_open(path, &s, &err) != -1 || s) fail_msg("%s was read", cases[i].header);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: '%s' does not say '%s'", cases[i].header, err.text, cases[i].says);
        assert_memory_equal(err.text, path, strlen(path));
    }
}

static void lengths_are_not_believed(void **state) {
    (void)state;
    Error err;
    Safetensors *s;
    static const uint64_t lengths[] = {3,          1000,          100000001, (uint64_t)1 << 63,
                                       UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned char bytes[10] = {[8] = '{', [9] = '}'};
        write_le64(bytes, lengths[i]);
        assert_failed(safetensors_open(scratch_write("file.safetensors", bytes, 10), &s, &err),
                      &err, "not a .safetensors file");
    }
    for (size_t size = 0; size < 10; size++)
        assert_failed(safetensors_open(
                          scratch_write("file.safetensors", "\2\0\0\0\0\0\0\0{}", size), &s, &err),
                      &err, "not a .safetensors file");
    assert_failed(safetensors_open(scratch("absent"), &s, &err), &err, "No such file");
    assert_failed(safetensors_open(scratch_folder, &s, &err), &err, "is a folder");
}

/* Whatever single bit of the header changes: read or refused, and what is read can be touched. */
static void damage_is_survived(void **state) {
    (void)state;
    unsigned char bytes[256];
    const char *header = "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F64\",\"shape\":[1,3],"
                         "\"data_offsets\":[0,24]}}";
    size_t length = strlen(header), size = 8 + length + 24;
    write_le64(bytes, length);
    memcpy(bytes + 8, header, length);
    memset(bytes + 8 + length, 0, 24);
    for (size_t bit = 0; bit < 8 * (8 + length); bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        Safetensors *s;
        Error err;
        if (safetensors_open(scratch_write("file.safetensors", bytes, size), &s, &err) == 0) {
            for (size_t i = 0; i < safetensors_count(s); i++) {
                const SafetensorsView *v = safetensors_at(s, i);
                float numbers[24];
                if (v->type == SAFETENSORS_OTHER) continue;
                assert_in_range(safetensors_elements(v), 0, 24);
                assert_int_equal(safetensors_read_f32(v, numbers, &err), 0);
                for (size_t k = 0; k < safetensors_elements(v); k++) assert_true(numbers[k] == 0);
            }
            safetensors_close(s);
        }
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

static void what_cannot_be_written_leaves_no_file(void **state) {
    (void)state;
    Error err;
    const char *path = scratch("none.safetensors");
    SafetensorsView twice[] = {{.name = "a", .type = SAFETENSORS_F32, .rank = 1},
                               {.name = "a", .type = SAFETENSORS_F32, .rank = 1}};
    assert_failed(safetensors_write(path, twice, 2, NULL, &err), &err, "'a' occurs twice");
    assert_failed(safetensors_write(path, &(SafetensorsView){.name = "__metadata__", .rank = 1}, 1,
                                    NULL, &err),
                  &err, "__metadata__");
    assert_failed(
        safetensors_write(path, &(SafetensorsView){.name = "a\xff", .rank = 1}, 1, NULL, &err),
        &err, "UTF-8");
    assert_failed(safetensors_write(
                      path, &(SafetensorsView){.name = "a", .type = SAFETENSORS_OTHER, .rank = 1},
                      1, NULL, &err),
                  &err, "no dtype");
    Metadata m = {0};
    assert_done(metadata_set(&m, "k", "\xff", &err), &err);
    assert_failed(safetensors_write(path, twice, 1, &m, &err), &err, "UTF-8");
    metadata_free(&m);
    assert_false(file_exists(path));
    assert_failed(safetensors_write(scratch("no/folder/x"), twice, 1, NULL, &err), &err,
                  "cannot write");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_and_metadata_come_back),
        cmocka_unit_test(the_written_bytes_are_the_formats),
        cmocka_unit_test(damage_of_a_sealed_file_is_seen),
        cmocka_unit_test(any_order_and_place_is_read),
        cmocka_unit_test(numbers_of_16_bits),
        cmocka_unit_test(other_tensors_are_left_alone),
        cmocka_unit_test(bad_files_are_refused),
        cmocka_unit_test(lengths_are_not_believed),
        cmocka_unit_test(damage_is_survived),
        cmocka_unit_test(what_cannot_be_written_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
