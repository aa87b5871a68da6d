/* Pickles here are written by hand, opcode by opcode (CPython's pickletools describes them), or by
 * Python itself (test/golden/aist). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/file.h"
#include "lib/formats/pickle.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

#define BYTES(text) (const unsigned char *)(text), sizeof(text) - 1

static Pickle *parse(const unsigned char *data, size_t size) {
    Error err;
    Pickle *p;
    if (pickle_parse(data, size, &p, &err)) fail_msg("%s", err.text);
    return p;
}

static void builtin_types_by_hand(void **state) {
    (void)state;
    Pickle *p = parse(BYTES("\x80\x02}q\x00("
                            "X\x01\x00\x00\x00"
                            "aG?\xf8\x00\x00\x00\x00\x00\x00" /* 1.5 */
                            "U\x01"
                            "bK\xff"
                            "C\x01"
                            "cM\x00\x01"
                            "U\x01"
                            "dJ\xfe\xff\xff\xff"
                            "U\x01"
                            "e\x8a\x02\x00\x80"
                            "U\x01"
                            "fN"
                            "U\x01g\x88"
                            "U\x01h](K\x01K\x02\x89"
                            "e"
                            "U\x01"
                            "i\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01" /* 2^64 */
                            "U\x01"
                            "aK\x07"
                            "u."));
    const PickleValue *d = pickle_root(p);
    assert_int_equal(d->type, PICKLE_DICT);
    assert_int_equal(pickle_get(d, "b")->as.integer, 255);
    assert_int_equal(pickle_get(d, "c")->as.integer, 256);
    assert_int_equal(pickle_get(d, "d")->as.integer, -2);
    assert_int_equal(pickle_get(d, "e")->as.integer, -32768);
    assert_int_equal(pickle_get(d, "f")->type, PICKLE_NONE);
    assert_int_equal(pickle_get(d, "g")->type, PICKLE_BOOL);
    assert_true(pickle_get(d, "i")->as.real == 18446744073709551616.0);
    assert_int_equal(pickle_get(d, "a")->as.integer,
                     7); /* the later of two equal keys, as in Python */
    assert_null(pickle_get(d, "x"));
    assert_null(pickle_get(pickle_get(d, "b"), "x"));
    char keys[16];
    assert_string_equal(pickle_keys(d, keys, sizeof keys), "a, b, c, d, e");
    Error err;
    Tensor t;
    assert_int_equal(pickle_tensor(pickle_get(d, "h"), &t, &err), 0);
    assert_true(t.type == TENSOR_F64 && t.rank == 1 && t.shape[0] == 3 && tensor_f64(&t)[1] == 2 &&
                tensor_f64(&t)[2] == 0);
    tensor_free(&t);
    assert_int_equal(pickle_tensor(d, &t, &err), -1);
    assert_non_null(strstr(err.text, "dict"));
    pickle_free(p);
}

#define DTYPE(kind, order)                                         \
    "cnumpy\ndtype\nU\x02" kind "K\x00K\x01\x87R(K\x03U\x01" order \
    "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
#define ARRAY(shape, dtype, fortran, data)                                  \
    "\x80\x02"                                                              \
    "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01" \
    "b\x87R(K\x01" shape dtype fortran data "tb."

static void arrays_by_hand(void **state) {
    (void)state;
    Error err;
    Tensor t;
    /* [[1, 2], [3, 4]] as big-endian int16, columns first */
    Pickle *p = parse(BYTES(ARRAY("K\x02K\x02\x86", DTYPE("i2", ">"), "\x88",
                                  "U\x08\x00\x01\x00\x03\x00\x02\x00\x04")));
    assert_int_equal(pickle_tensor(pickle_root(p), &t, &err), 0);
    assert_true(t.type == TENSOR_I64 && t.rank == 2);
    for (int i = 0; i < 4; i++) assert_int_equal(tensor_i64(&t)[i], i + 1);
    tensor_free(&t);
    pickle_free(p);
    /* 1.5 and -2 as float32 */
    p = parse(BYTES(
        ARRAY("K\x02\x85", DTYPE("f4", "<"), "\x89", "U\x08\x00\x00\xc0\x3f\x00\x00\x00\xc0")));
    assert_int_equal(pickle_tensor(pickle_root(p), &t, &err), 0);
    assert_true(t.type == TENSOR_F32 && t.rank == 1 && tensor_f32(&t)[0] == 1.5f &&
                tensor_f32(&t)[1] == -2);
    tensor_free(&t);
    pickle_free(p);
}

/* 1.5, -2, the smallest subnormal and infinity: binary16 3e00, c000, 0001, 7c00. */
static void float16_by_hand(void **state) {
    (void)state;
    Error err;
    Tensor t;
    Pickle *p = parse(BYTES(
        ARRAY("K\x04\x85", DTYPE("f2", "<"), "\x89", "U\x08\x00\x3e\x00\xc0\x01\x00\x00\x7c")));
    assert_int_equal(pickle_tensor(pickle_root(p), &t, &err), 0);
    assert_true(t.type == TENSOR_F32 && t.shape[0] == 4);
    assert_true(tensor_f32(&t)[0] == 1.5f && tensor_f32(&t)[1] == -2);
    assert_true(tensor_f32(&t)[2] == 0x1p-24f && tensor_f32(&t)[3] > 65504);
    tensor_free(&t);
    pickle_free(p);
}

/* OrderedDict([('a', 1)]) as protocol 2 of Python 2 and of Python 3 writes it. */
static void ordered_dicts_are_dicts(void **state) {
    (void)state;
    Pickle *p = parse(BYTES("\x80\x02"
                            "ccollections\nOrderedDict\n](U\x01"
                            "aK\x01"
                            "\x86"
                            "e\x85R."));
    assert_int_equal(pickle_root(p)->type, PICKLE_DICT);
    assert_int_equal(pickle_get(pickle_root(p), "a")->as.integer, 1);
    pickle_free(p);
    p = parse(BYTES("\x80\x04\x8c\x0b"
                    "collections\x8c\x0b"
                    "OrderedDict\x93)R(\x8c\x01"
                    "aK\x01u."));
    assert_int_equal(pickle_get(pickle_root(p), "a")->as.integer, 1);
    pickle_free(p);
}

static void assert_refused(const unsigned char *data, size_t size, const char *why) {
    Error err;
    Pickle *p;
    if (pickle_parse(data, size, &p, &err) == 0) {
        Tensor t;
        int status = pickle_tensor(pickle_root(p), &t, &err);
        pickle_free(p);
        if (status == 0) fail_msg("read, but should be refused: %s", why);
    }
    if (!strstr(err.text, why)) fail_msg("says \"%s\", not \"%s\"", err.text, why);
}

static void other_files_are_named(void **state) {
    (void)state;
    assert_refused(BYTES("\x1f\x8b\x08\x00"), "gzip");
    assert_refused(BYTES("\x78\x9c\x01\x00"), "zlib");
    assert_refused(BYTES("BZh91AY"), "bzip2");
    assert_refused(BYTES("\xfd"
                         "7zXZ\0"),
                   "xz");
    assert_refused(BYTES("PK\3\4"), "zip archive");
    assert_refused(BYTES("(dp0\nS'a'\np1\nI1\ns."), "protocol 0 or 1");
    assert_refused(BYTES("some text"), "not a pickle");
}

static void callables_are_refused_by_name(void **state) {
    (void)state;
    assert_refused(BYTES("\x80\x02"
                         "cos\nsystem\nU\x04"
                         "true\x85R."),
                   "os.system");
    assert_refused(BYTES("cposix\nsystem\n(S'true'\ntR."), "posix.system");
    assert_refused(BYTES("(S'true'\nios\nsystem\n."), "os.system");
    assert_refused(BYTES("\x80\x04\x8c\x08"
                         "builtins\x8c\x04"
                         "eval\x93\x8c\x01"
                         "1\x85R."),
                   "builtins.eval");
    assert_refused(BYTES("\x80\x04\x8c\x05numpy\x8c\x09os.system\x93)R."), "numpy.os.system");
    assert_refused(BYTES("\x80\x02"
                         "ccollections\nCounter\n)R."),
                   "collections.Counter");
    assert_refused(BYTES("\x80\x02}U\x01"
                         "acsubprocess\nPopen\ns."),
                   "subprocess.Popen"); /* named, never called */
    assert_refused(BYTES("\x80\x02"
                         "cnumpy\nndarray\n)\x81."),
                   "NEWOBJ");
    assert_refused(BYTES("\x80\x02"
                         "cnumpy\nndarray\n)R."),
                   "numpy.ndarray");
    assert_refused(BYTES("\x80\x02"
                         "c_codecs\nencode\nX\x01\x00\x00\x00"
                         "aU\x05"
                         "utf-7\x86R."),
                   "latin1");
    assert_refused(BYTES("\x80\x02U\x01xQ."), "PERSID");
    assert_refused(BYTES("\x80\x02\x82\x01."), "EXT");
    assert_refused(BYTES("\x80\x02}}b."), "BUILD");
}

static void lies_are_refused(void **state) {
    (void)state;
    assert_refused(BYTES(""), "not a pickle");
    assert_refused(BYTES("PK\x03\x04 a zip file"), "not a pickle");
    assert_refused(BYTES("\x80\x63N."), "protocol 99");
    assert_refused(BYTES("\x80\x02"), "too early");
    assert_refused(BYTES("\x80\x02."), "nothing on the stack");
    assert_refused(BYTES("\x80\x02(."), "nothing on the stack");
    assert_refused(BYTES("\x80\x02u."), "no mark");
    assert_refused(BYTES("\x80\x02}(Nu."), "key without value");
    assert_refused(BYTES("\x80\x02NNNs."), "without it");
    assert_refused(BYTES("\x80\x02h\x07."), "never set");
    assert_refused(BYTES("\x80\x02Nr\xff\xff\xff\x7f."), "memo index");
    assert_refused(BYTES("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff."), "too early");
    assert_refused(BYTES("\x80\x02\x8b\xff\xff\xff\xff."), "too early");
    assert_refused(BYTES("\x80\x02](h\x00q\x00"
                         "e."),
                   "never set");
    assert_refused(BYTES(ARRAY("K\x02\x85", DTYPE("f4", "<"), "\x89",
                               "U\x07"
                               "1234567")),
                   "7 bytes");
    assert_refused(BYTES(ARRAY("J\xff\xff\xff\xff\x85", DTYPE("f4", "<"), "\x89", "U\x00")),
                   "dimension 0");
    assert_refused(BYTES(ARRAY("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x40K\x04\x86",
                               DTYPE("f4", "<"), "\x89", "U\x00")),
                   "too large");
    assert_refused(BYTES(ARRAY("K\x01\x85", DTYPE("O8", "|"), "\x89", "](Ne")), "dtype O8");
    assert_refused(BYTES("\x80\x02"
                         "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01"
                         "b\x87R."),
                   "never came");
}

/* Many small opcodes must not become much memory or time, nor deep recursion. */
static void bombs_are_refused(void **state) {
    (void)state;
    const size_t size = 1000000;
    unsigned char *data = malloc(size);
    assert_non_null(data);
    const struct {
        const char *start, *repeat, *why;
    } bombs[] = {
        {"\x80\x02", "N", "stack"}, /* a stack of 1,000,000 */
        {"\x80\x02]", "]a", "values"}, /* a list of as many lists */
        {"\x80\x02N", "\x85", "values"}, /* nested that deep */
        {"\x80\x02]q\x01",
         "h\x01"
         "a",
         "too early"}, /* a list that holds itself many times: harmless */
    };
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        size_t at = strlen(bombs[i].start), step = strlen(bombs[i].repeat);
        memcpy(data, bombs[i].start, at);
        for (; at + step <= size; at += step) memcpy(data + at, bombs[i].repeat, step);
        assert_refused(data, at, bombs[i].why);
    }
    /* One text encoded again and again: PUT it once, then GET, encode, POP. */
    const unsigned char encode[] = "h\x01h\x02h\x03\x86R0";
    unsigned char *at = data;
    const unsigned char start[] = "\x80\x02"
                                  "c_codecs\nencode\nq\x01"
                                  "U\x06latin1q\x03"
                                  "X\x00\x00\x08";
    memcpy(at, start, sizeof start); /* with its final 0, the highest byte of the length */
    at += sizeof start;
    memset(at, 'x', 0x80000);
    at += 0x80000;
    memcpy(at, "q\x02", 2);
    for (at += 2; at + 9 < data + size; at += 9) memcpy(at, encode, 9);
    assert_refused(data, (size_t)(at - data), "unfold");
    free(data);
}

/* What Python and NumPy write: cut anywhere it is refused; with any byte changed nothing worse
 * happens than other values. */
static void damage_is_survived(void **state) {
    (void)state;
    const char *const paths[] = {"test/golden/aist/aist_p2_numpy1.pkl",
                                 "test/golden/aist/aist_p5_numpy2.pkl",
                                 "test/golden/aist/aist_extra_keys.pkl"};
    for (size_t f = 0; f < sizeof paths / sizeof *paths; f++) {
        Error err;
        unsigned char *data;
        size_t size;
        Pickle *p;
        assert_int_equal(file_read(paths[f], &data, &size, &err), 0);
        for (size_t cut = 0; cut < size; cut++) {
            unsigned char *copy =
                malloc(cut + 1); /* its own, so that a sanitizer sees a byte too far */
            assert_non_null(copy);
            memcpy(copy, data, cut);
            assert_int_equal(pickle_parse(copy, cut, &p, &err), -1);
            assert_null(p);
            data[cut] ^= 0xff;
            if (pickle_parse(data, size, &p, &err) == 0) pickle_free(p);
            data[cut] ^= 0xff ^ 0x04;
            if (pickle_parse(data, size, &p, &err) == 0) pickle_free(p);
            data[cut] ^= 0x04;
            free(copy);
        }
        free(data);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_types_by_hand), cmocka_unit_test(arrays_by_hand),
        cmocka_unit_test(float16_by_hand),       cmocka_unit_test(ordered_dicts_are_dicts),
        cmocka_unit_test(other_files_are_named), cmocka_unit_test(callables_are_refused_by_name),
        cmocka_unit_test(lies_are_refused),      cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
