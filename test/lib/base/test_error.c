#include "lib/base/error.h"

#include "test/scratch.h"

static int failing(Error *err) { return error_set(err, "%s: found %d, needed %g", "file", 3, 4.5); }

static void a_failure_is_a_sentence(void **state) {
    (void)state;
    Error err;
    assert_int_equal(failing(&err), -1);
    assert_string_equal(err.text, "file: found 3, needed 4.5");
    assert_int_equal(error_prefix(&err, "folder/archive"), -1);
    assert_string_equal(err.text, "folder/archive: file: found 3, needed 4.5");
}

static void it_stays_one_line(void **state) {
    (void)state;
    Error err;
    assert_failed(error_set(&err, "%s: bad", "a\nb\rc\x1b[31m\x7f\t.npz"), &err,
                  "a?b?c?[31m??.npz: bad");
    assert_failed(error_set(&err, "%s", "t\xc3\xa4nze.npz"), &err, "t\xc3\xa4nze.npz");
    assert_failed(error_prefix(&err, "a\nb"), &err, "a?b: t\xc3\xa4nze");
}

static void long_texts_are_cut(void **state) {
    (void)state;
    char name[5000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    Error err;
    assert_int_equal(error_set(&err, "%s: what is wrong", name), -1);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    error_set(&err, "what is wrong");
    assert_int_equal(error_prefix(&err, name), -1);
    assert_non_null(strstr(err.text, "x: what is wrong")); /* the reason survives a long name */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_failure_is_a_sentence),
                                       cmocka_unit_test(it_stays_one_line),
                                       cmocka_unit_test(long_texts_are_cut)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
