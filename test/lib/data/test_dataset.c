#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/data/dataset.h"

#include <cmocka.h> /* last: it defines a macro error_set() */

static char folder[] = "build/test-dataset-XXXXXX";
static char path[sizeof folder + 16];

static int setup(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/train.tsv", folder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_text(const char *text, size_t size) {
    Error err;
    if (file_write(path, text, size, &err)) fail_msg("%s", err.text);
}

static void rows_are_read(void **state) {
    (void)state;
    Error err;
    Dataset d;
    const char text[] =
        "\xef\xbb\xbf"
        "genre\tname\tnote\tmotion\tmusic\r\nWZ\ta "
        "b\tx\tmotions/a.npz\t/abs/a.npz\r\n\r\nBR\tb\t\tb.npz\t\r\nWZ\tc\t\t\tc.npz";
    write_text(text, sizeof text - 1);
    if (dataset_read(path, &d, &err)) fail_msg("%s", err.text);
    assert_int_equal(d.count, 3);
    char expected[100];
    snprintf(expected, sizeof expected, "%s/motions/a.npz", folder);
    assert_string_equal(d.rows[0].motion, expected);
    assert_string_equal(d.rows[0].music, "/abs/a.npz");
    assert_string_equal(d.rows[0].name, "a b");
    assert_string_equal(d.rows[1].genre, "BR");
    assert_string_equal(d.rows[1].music, "");
    assert_string_equal(d.rows[2].motion, "");
    const char **genres;
    size_t count;
    assert_int_equal(dataset_genres(&d, &genres, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(genres[0], "BR");
    assert_string_equal(genres[1], "WZ");
    free(genres);
    dataset_free(&d);
}

static void wrong_tables_are_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"", "empty"},
        {"name genre motion music\n", "no column `name`"},
        {"name\tgenre\tmusic\n", "no column `motion`"},
        {"name\tname\tgenre\tmotion\n", "two columns"},
        {"name\tgenre\tmotion\n", "no rows"},
        {"name\tgenre\tmotion\na\tWZ\n", "line 2"},
        {"name\tgenre\tmotion\na\tWZ\tm\n../a\tWZ\tm\n", "line 3"},
        {"name\tgenre\tmotion\n\tWZ\tm\n", "line 2"},
        {"name\tgenre\tmotion\na\t\tm\n", "no genre"},
        {"name\tgenre\tmotion\na\tWZ\tm\nb\tWZ\tm\na\tWZ\tm\n", "a comes twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        Dataset d;
        write_text(cases[i][0], strlen(cases[i][0]));
        assert_int_equal(dataset_read(path, &d, &err), -1);
        assert_null(d.rows);
        if (strncmp(err.text, path, strlen(path)) != 0 || !strstr(err.text, cases[i][1]))
            fail_msg("%s", err.text);
    }
    Error err;
    Dataset d;
    write_text("name\tgenre\0", 11);
    assert_int_equal(dataset_read(path, &d, &err), -1);
    assert_non_null(strstr(err.text, "text file"));
}

static void lists_are_trimmed(void **state) {
    (void)state;
    Error err;
    Strings names;
    const char text[] = "b \r\n\n  a\t\nc";
    write_text(text, sizeof text - 1);
    if (dataset_names_read(path, &names, &err)) fail_msg("%s", err.text);
    assert_int_equal(names.count, 3);
    assert_string_equal(names.items[0], "b");
    assert_string_equal(names.items[1], "a");
    assert_string_equal(names.items[2], "c");
    strings_sort(&names);
    assert_true(dataset_names_have(&names, "b"));
    assert_false(dataset_names_have(&names, "b "));
    assert_false(dataset_names_have(&(Strings){0}, "b"));
    strings_free(&names);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(wrong_tables_are_refused),
        cmocka_unit_test(lists_are_trimmed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
