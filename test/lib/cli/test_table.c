/* Tables and JSON on a terminal: aligned, and free of control characters whatever a file is called.
 */
#include "test/scratch.h"

#include <math.h>

#include "lib/cli/table.h"

static const Column columns[] = {
    {"fid", "FID", 2, 1}, {"hidden", NULL, 0, 1}, {"f", "frozen", 1, 100}};

static void rows_are_aligned(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    const double values[] = {1.234, 5, 0.5}, none[] = {NAN, NAN, NAN};
    table_titles(f, 8, "dance", columns, 3);
    table_row(f, 8, "a", columns, values, 3);
    table_row(f, 8, "b", columns, none, 3);
    fclose(f);
    assert_string_equal(text, "dance         FID   frozen\n"
                              "a            1.23     50.0\n"
                              "b               -        -\n");
    free(text);
}

static void names_give_no_orders(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    table_row(f, 8, "up\033[2J\xc2\x9bx", columns, (double[]){1, 1, 1}, 1);
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "na\177me", "\033\xc2\x9b\xc3\xa4\xc2\xa0");
    assert_int_equal(table_print_json(f, object), 0);
    fclose(f);
    assert_string_equal(text, "up?[2J?x     1.00\n"
                              "{\"na\\u007fme\":\"\\u001b\\u009b\xc3\xa4\xc2\xa0\"}\n");
    const char *line = strchr(text, '\n') + 1; /* JSON says the same as before */
    cJSON *back = cJSON_Parse(line);
    assert_string_equal(back->child->string, "na\177me");
    assert_string_equal(back->child->valuestring, "\033\xc2\x9b\xc3\xa4\xc2\xa0");
    cJSON_Delete(back);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_aligned),
        cmocka_unit_test(names_give_no_orders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
