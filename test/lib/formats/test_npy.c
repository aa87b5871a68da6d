/* Arrays as bytes, by the letter of NumPy's format description (numpy/lib/format.py): header text,
 * then elements. */
#include "lib/formats/npy.h"

#include "test/scratch.h"

/* Builds magic, version, length, header text and data in one buffer; its size. */
static size_t array_bytes(unsigned char *out, int version, const char *header, const void *data,
                          size_t size) {
    size_t length = strlen(header), field = version == 1 ? 2 : 4;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (unsigned char)version;
    out[7] = 0;
    for (size_t i = 0; i < field; i++) out[8 + i] = (unsigned char)(length >> (8 * i));
    memcpy(out + 8 + field, header, length);
    if (size) memcpy(out + 8 + field + length, data, size);
    return 8 + field + length + size;
}

static int read_array(const char *header, const void *data, size_t size, Tensor *out, Error *err) {
    unsigned char bytes[65536];
    size_t total = array_bytes(bytes, 1, header, data, size);
    NpyHeader h;
    unsigned char *exact = malloc(total); /* so that the sanitizer sees every byte too many */
    assert_non_null(exact);
    memcpy(exact, bytes, total);
    int status = npy_parse(exact, total, total, &h, err);
    if (!status) status = npy_decode(&h, exact, out, err);
    free(exact);
    return status;
}

#define HEADER(descr, shape) \
    "{'descr': '" descr "', 'fortran_order': False, 'shape': " shape ", }\n"

static void every_dtype_is_read(void **state) {
    (void)state;
    static const struct {
        const char *header;
        unsigned char data[16];
        size_t size;
        TensorType type;
        double first, last;
    } cases[] = {
        {HEADER("<f2", "(2,)"), {0x00, 0x3c, 0x00, 0xc1}, 4, TENSOR_F32, 1, -2.5},
        {HEADER("<f2", "(2,)"),
         {0x01, 0x00, 0xff, 0x7b},
         4,
         TENSOR_F32,
         0x1p-24,
         65504}, /* least subnormal, greatest */
        {HEADER("<f4", "(2,)"), {0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0}, 8, TENSOR_F32, 1, -2.5},
        {HEADER(">f4", "(2,)"), {0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0}, 8, TENSOR_F32, 1, -2.5},
        {HEADER("=f4", "(2,)"), {0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0}, 8, TENSOR_F32, 1, -2.5},
        {HEADER("<f8", "(2,)"),
         {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 4, 0xc0},
         16,
         TENSOR_F64,
         1,
         -2.5},
        {HEADER(">f8", "(2,)"), {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4}, 16, TENSOR_F64, 1, -2.5},
        {HEADER("|i1", "(2,)"), {127, 0x80}, 2, TENSOR_I64, 127, -128},
        {HEADER("<i2", "(2,)"), {0x34, 0x12, 0xff, 0xff}, 4, TENSOR_I64, 0x1234, -1},
        {HEADER(">i4", "(2,)"),
         {0, 0, 0x12, 0x34, 0x80, 0, 0, 0},
         8,
         TENSOR_I64,
         0x1234,
         -2147483648.0},
        {HEADER("<i8", "(2,)"),
         {1, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
         16,
         TENSOR_I64,
         1,
         -2},
        {HEADER("|u1", "(2,)"), {0, 255}, 2, TENSOR_I64, 0, 255},
        {HEADER("<u2", "(2,)"), {0, 0x80, 0xff, 0xff}, 4, TENSOR_I64, 32768, 65535},
        {HEADER("<u4", "(2,)"),
         {0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff},
         8,
         TENSOR_I64,
         2147483648.0,
         4294967295.0},
        {HEADER("<u8", "(2,)"), {1, 0, 0, 0, 0, 0, 0, 0, 2}, 16, TENSOR_I64, 1, 2},
        {HEADER("|b1", "(2,)"), {1, 0}, 2, TENSOR_I64, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Tensor t;
        Error err;
        assert_done(read_array(cases[i].header, cases[i].data, cases[i].size, &t, &err), &err);
        if (t.type != cases[i].type || t.rank != 1 || t.shape[0] != 2)
            fail_msg("%s: type or shape", cases[i].header);
        assert_done(tensor_convert(&t, TENSOR_F64, &err), &err);
        if (tensor_f64(&t)[0] != cases[i].first || tensor_f64(&t)[1] != cases[i].last)
            fail_msg("%s: %g %g", cases[i].header, tensor_f64(&t)[0], tensor_f64(&t)[1]);
        tensor_free(&t);
    }
}

static void text_becomes_bytes(void **state) {
    (void)state;
    Tensor t;
    Error err;
    assert_done(read_array(HEADER("|S3", "(2,)"), "ab\0abc", 6, &t, &err), &err);
    assert_int_equal(t.type, TENSOR_BYTES);
    assert_int_equal(t.item_size, 3);
    assert_memory_equal(t.data, "ab\0abc", 6);
    tensor_free(&t);
    static const unsigned char wide[] = {'m',  0, 0, 0, 0xfc, 0, 0, 0, 0, 0, 0, 0, 0x00,
                                         0xf6, 1, 0, 0, 0,    0, 0, 0, 0, 0, 0}; /* "mü", U+1F600 */
    assert_done(read_array(HEADER("<U3", "(2,)"), wide, sizeof wide, &t, &err), &err);
    assert_int_equal(t.item_size, 4);
    assert_memory_equal(t.data, "m\xc3\xbc\0\xf0\x9f\x98\x80", 8);
    tensor_free(&t);
    assert_done(read_array(HEADER("<U0", "()"), "", 0, &t, &err), &err);
    assert_int_equal(t.item_size, 1);
    assert_memory_equal(t.data, "", 1);
    tensor_free(&t);
    assert_failed(read_array(HEADER("<U1", "()"), "\0\xd8\0\0", 4, &t, &err), &err,
                  "no Unicode"); /* a lone surrogate */
    assert_failed(read_array(HEADER("|S0", "(1099511627776,)"), "", 0, &t, &err), &err, "no bytes");
}

static void fortran_order_becomes_c_order(void **state) {
    (void)state;
    int64_t file[24]; /* element (i, j, k) is 100 i + 10 j + k, the first index running fastest */
    for (int k = 0, at = 0; k < 4; k++)
        for (int j = 0; j < 3; j++)
            for (int i = 0; i < 2; i++) file[at++] = 100 * i + 10 * j + k;
    Tensor t;
    Error err;
    assert_done(read_array("{'descr': '<i8', 'fortran_order': True, 'shape': (2, 3, 4), }", file,
                           sizeof file, &t, &err),
                &err);
    for (int i = 0, at = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 4; k++)
                assert_int_equal(tensor_i64(&t)[at++], 100 * i + 10 * j + k);
    tensor_free(&t);
}

static void spelling_is_free(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}",
        "{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<f4\"}",
        "  { 'shape' : ( 1L , 2L , ) , 'descr' : '<f4' , 'fortran_order' : False , }  \n",
    };
    static const float data[] = {3, 4};
    for (size_t i = 0; i < 3; i++) {
        Tensor t;
        Error err;
        assert_done(read_array(headers[i], data, sizeof data, &t, &err), &err);
        assert_int_equal(t.rank, 2);
        assert_true(tensor_f32(&t)[1] == 4);
        tensor_free(&t);
    }
}

static void bad_headers_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *header, *says;
    } cases[] = {
        {"", "no dictionary"},
        {"['<f4', False, (1, 2)]", "no dictionary"},
        {"{'descr': '<f4', 'fortran_order': False, }", "lacks shape"},
        {"{'fortran_order': False, 'shape': (1, 2), }", "lacks descr"},
        {"{'descr': '<f4', 'shape': (1, 2), }", "lacks fortran_order"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }",
         "unexpected 'descr'"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), 'more': 1}",
         "unexpected 'more'"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2", "shape is damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "shape is damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)} {}", "damaged"},
        {"{'descr': '<f4' 'fortran_order': False, 'shape': (1, 2)}", "damaged"},
        {"{'descr: '<f4'", "damaged"},
        {"{'descr': '<f4", "dtype is damaged"},
        {"{'descr': '<f4', 'fortran_order': 7, 'shape': (1, 2), }", "neither True nor False"},
        {"{'descr': '<f4', 'fortran_order': __import__('os').system('true'), 'shape': (1, 2), }",
         "neither True nor False"},
        {HEADER("<f4", "[1, 2]"), "no tuple"},
        {HEADER("<f4", "(-1, -2)"), "no natural number"},
        {HEADER("<f4", "(1.0, 2)"), "shape is damaged"},
        {HEADER("<f4", "(1, 3)"), "only 8 bytes"},
        {HEADER("<f4", "(1,)"), "4 bytes follow"},
        {HEADER("<f4", "(0, 2)"), "8 bytes follow"},
        {HEADER("<f4", "(4611686018427387904, 219)"),
         "only 8 bytes"}, /* the product is 0 in 64 bits */
        {HEADER("<f4", "(4294967296, 4294967296)"), "only 8 bytes"},
        {HEADER("<f4", "(99999999999999999999999, 219)"), "beyond 64 bits"},
        {HEADER("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 2)"), "more than 8 dimensions"},
        {HEADER("|O", "(2,)"), "'|O' elements are not supported"},
        {HEADER("<c8", "(1,)"), "'<c8' elements are not supported"},
        {HEADER("<M8[D]", "(1,)"), "not supported"},
        {HEADER("|V4", "(2,)"), "not supported"},
        {HEADER("<f0", "(2,)"), "not supported"},
        {HEADER("<f16", "(2,)"), "not supported"},
        {HEADER("<i3", "(2,)"), "not supported"},
        {HEADER("<f99999999999", "(2,)"), "not supported"},
        {HEADER("f4", "(2,)"), "not supported"},
        {HEADER("", "(2,)"), "not supported"},
        {"{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }",
         "structured elements"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Tensor t;
        Error err = {"no error"};
        if (read_array(cases[i].header, (float[]){1, 2}, 8, &t, &err) != -1)
            fail_msg("%s was read", cases[i].header);
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s: '%s' does not say '%s'", cases[i].header, err.text, cases[i].says);
    }
    Tensor t;
    Error err;
    assert_failed(read_array(HEADER("<u8", "()"), "\0\0\0\0\0\0\0\x80", 8, &t, &err), &err,
                  "does not fit");
}

static void versions_and_lengths(void **state) {
    (void)state;
    unsigned char bytes[512];
    Error err;
    NpyHeader h;
    for (int version = 1; version <= 3; version++) {
        size_t size = array_bytes(bytes, version, HEADER("<f4", "(2,)"), "abcdefgh", 8);
        assert_done(npy_parse(bytes, size, size, &h, &err), &err);
        assert_int_equal(h.offset, size - 8);
        for (size_t cut = 0; cut < size;
             cut++) { /* whatever is missing, it is noticed, without a look beyond */
            unsigned char *exact = malloc(cut + 1);
            memcpy(exact, bytes, cut);
            assert_int_equal(npy_parse(exact, cut, cut, &h, &err), -1);
            free(exact);
        }
    }
    size_t size = array_bytes(bytes, 1, HEADER("<f4", "(2,)"), "abcdefgh", 8);
    bytes[6] = 9;
    assert_failed(npy_parse(bytes, size, size, &h, &err), &err, "version 9.0");
    bytes[6] = 2; /* a length of four bytes, the upper two from the header's text */
    assert_failed(npy_parse(bytes, size, size, &h, &err), &err, "the file ends before");
    assert_failed(npy_parse(bytes, 100, (size_t)1 << 40, &h, &err), &err, "at most 10000");
    bytes[0] = 'x';
    assert_failed(npy_parse(bytes, size, size, &h, &err), &err, "magic");
}

static void headers_are_written_as_numpy_does(void **state) {
    (void)state;
    /* np.save of a float32 array of shape (3, 4), NumPy 2.4: 128 bytes. */
    unsigned char text[512];
    Tensor t = {.type = TENSOR_F32, .rank = 2, .shape = {3, 4}, .item_size = 4};
    char expected[129];
    snprintf(expected, sizeof expected, "%-117s\n",
             "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }");
    assert_int_equal(npy_header(&t, text), 128);
    assert_memory_equal(text, "\x93NUMPY\x01\x00\x76\x00", 10);
    assert_memory_equal(text + 10, expected, 118);
    t.rank = 1;
    npy_header(&t, text);
    assert_non_null(strstr((char *)text + 10, "'shape': (3,), }"));
    t = (Tensor){.type = TENSOR_BYTES, .item_size = 12};
    npy_header(&t, text);
    assert_non_null(
        strstr((char *)text + 10, "{'descr': '|S12', 'fortran_order': False, 'shape': (), }"));
    t = (Tensor){
        .type = TENSOR_I64,
        .rank = 8,
        .shape = {SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    assert_int_equal(npy_header(&t, text), 256);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dtype_is_read),
        cmocka_unit_test(text_becomes_bytes),
        cmocka_unit_test(fortran_order_becomes_c_order),
        cmocka_unit_test(spelling_is_free),
        cmocka_unit_test(bad_headers_are_refused),
        cmocka_unit_test(versions_and_lengths),
        cmocka_unit_test(headers_are_written_as_numpy_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
