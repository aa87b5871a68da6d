/* RFC 8259 by hand: what is a value, what is not. */
#include "lib/formats/json_fields.h"

#include "lib/formats/json.h"
#include "test/scratch.h"

static void parsed(const char *text, JsonFields *f) {
    Error err;
    assert_done(json_fields_parse(text, strlen(text), f, &err), &err);
}

static void fields_are_found_by_name_and_type(void **state) {
    (void)state;
    JsonFields f;
    Error err;
    size_t n = 5, list[4], count = 0;
    double x = 9;
    bool b = false;
    char text[8] = "as was";
    parsed(" {\"b\" : true, \"n\": 12,\"x\":-1.5e-2 , \"l\":[5,2,\n2], \"t\":\"l\\u0061yer\","
           "\"o\":{\"n\":[{}, [], {\"k\":null}]}, \"z\":null}\n",
           &f);
    assert_int_equal(f.count, 7);
    assert_done(json_field_size(&f, "n", 1, 12, &n, &err), &err);
    assert_int_equal(n, 12);
    assert_done(json_field_real(&f, "x", &x, &err), &err);
    assert_true(x == -0.015);
    assert_done(json_field_bool(&f, "b", &b, &err), &err);
    assert_true(b);
    assert_done(json_field_text(&f, "t", text, sizeof text, &err), &err);
    assert_string_equal(text, "layer");
    assert_done(json_field_sizes(&f, "l", 1, 9, 4, list, &count, &err), &err);
    assert_int_equal(count, 3);
    assert_int_equal(list[0] * 100 + list[1] * 10 + list[2], 522);
    assert_non_null(json_field(&f, "o"));
    assert_null(json_field(&f, "z"));
    n = 3;
    assert_done(json_field_size(&f, "z", 1, 2, &n, &err), &err);
    assert_done(json_field_size(&f, "absent", 1, 2, &n, &err), &err);
    assert_int_equal(n, 3);
    json_fields_free(&f);
}

static void other_types_and_bounds_are_named(void **state) {
    (void)state;
    JsonFields f;
    Error err;
    size_t n = 0, list[2];
    double x;
    bool b;
    char text[3];
    parsed("{\"a\":[1,2,3],\"b\":\"abc\",\"c\":-1,\"d\":7}", &f);
    assert_failed(json_field_size(&f, "c", 0, 9, &n, &err), &err, "'c' is not a whole number");
    assert_failed(json_field_size(&f, "d", 0, 6, &n, &err), &err,
                  "'d' is 7, but must lie between 0 and 6");
    assert_failed(json_field_size(&f, "d", 8, 9, &n, &err), &err, "'d' is 7");
    assert_failed(json_field_real(&f, "b", &x, &err), &err, "'b' is not a number");
    assert_failed(json_field_bool(&f, "d", &b, &err), &err, "'d' is neither");
    assert_failed(json_field_text(&f, "a", text, sizeof text, &err), &err, "'a' is not a text");
    assert_failed(json_field_text(&f, "b", text, sizeof text, &err), &err, "'b' is longer than 2");
    assert_failed(json_field_sizes(&f, "b", 0, 9, 2, list, &n, &err), &err, "'b' is not a list");
    assert_failed(json_field_sizes(&f, "a", 0, 9, 2, list, &n, &err), &err, "more than 2");
    json_fields_free(&f);
}

static void broken_texts_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",           "[]",          "{",           "{\"a\"}",       "{\"a\":}",    "{\"a\":1,}",
        "{\"a\":1}x", "{a:1}",       "{\"a\":01x}", "{\"a\":+1}",    "{\"a\":.5}",  "{\"a\":[1,]}",
        "{\"a\":[1}", "{\"a\":tru}", "{\"a\":\"}",  "{\"a\":1e999}", "{\"a\":{1}}", "{\"a\":NaN}"};
    JsonFields f;
    Error err;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (json_fields_parse(texts[i], strlen(texts[i]), &f, &err) == 0)
            fail_msg("'%s' was taken", texts[i]);
    assert_failed(json_fields_parse("{\"a\":1,\"a\":2}", 13, &f, &err), &err, "'a' occurs twice");
}

static void nesting_has_a_bound(void **state) {
    (void)state;
    char text[2 * JSON_DEPTH_MAX + 20] = "{\"a\":";
    JsonFields f;
    Error err;
    size_t n = strlen(text);
    memset(text + n, '[', JSON_DEPTH_MAX);
    memset(text + n + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    strcpy(text + n + 2 * JSON_DEPTH_MAX, "}");
    parsed(text, &f);
    json_fields_free(&f);
    memset(text + n, '[', JSON_DEPTH_MAX + 1);
    assert_failed(json_fields_parse(text, strlen(text), &f, &err), &err, "nested deeper than 64");
}

static void files_are_named(void **state) {
    (void)state;
    JsonFields f;
    Error err;
    const char *path = scratch_write("a.json", "{\"a\":1}", 7);
    size_t n = 0;
    assert_done(json_fields_read(path, &f, &err), &err);
    assert_done(json_field_size(&f, "a", 0, 1, &n, &err), &err);
    assert_int_equal(n, 1);
    json_fields_free(&f);
    assert_failed(json_fields_read(scratch_write("a.json", "{\"a\"", 4), &f, &err), &err,
                  "a.json: ':' is missing");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_found_by_name_and_type),
        cmocka_unit_test(other_types_and_bounds_are_named),
        cmocka_unit_test(broken_texts_are_refused),
        cmocka_unit_test(nesting_has_a_bound),
        cmocka_unit_test(files_are_named),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
