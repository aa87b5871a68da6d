/* Buffers: what is added is there, numbers are short, text is safe. */
#include "lib/base/buffer.h"
#include "test/scratch.h"

static void holds(Buffer *b, const char *expected) {
    Error err;
    buffer_byte(b, '\0');
    assert_done(buffer_check(b, &err), &err);
    assert_string_equal((const char *)b->data, expected);
    buffer_free(b);
}

static void bytes_are_kept_in_order(void **state) {
    (void)state;
    Buffer b = {0};
    for (unsigned i = 0; i < 100000; i++) buffer_byte(&b, (unsigned char)i);
    buffer_fill(&b, 7, 1000);
    buffer_le32(&b, 0x01020304);
    buffer_f32(&b, 1);
    assert_int_equal(b.size, 101008);
    for (unsigned i = 0; i < 100000; i++) assert_int_equal(b.data[i], i & 255);
    assert_memory_equal(b.data + 101000, "\4\3\2\1\0\0\x80\x3f", 8);
    buffer_free(&b);
    buffer_print(&b, "%d-%s", 12, "x");
    buffer_print(&b, "%s", "");
    buffer_text(&b, "!");
    holds(&b, "12-x!");
}

static void numbers_are_short(void **state) {
    (void)state;
    static const struct {
        double value;
        int digits;
        const char *text;
    } cases[] = {{0, 3, "0"},     {-0.0001, 3, "0"}, {1.5, 3, "1.5"},    {-12.3456, 2, "-12.35"},
                 {100, 2, "100"}, {100, 0, "100"},   {-0.25, 6, "-0.25"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Buffer b = {0};
        buffer_number(&b, cases[i].value, cases[i].digits);
        holds(&b, cases[i].text);
    }
}

static void text_is_made_safe(void **state) {
    (void)state;
    Buffer b = {0};
    buffer_escaped(&b, "<a href=\"x\">&'\n\xff\xc3\xa9");
    holds(&b, "&#60;a href=&#34;x&#34;&#62;&#38;&#39;??\xc3\xa9");
    buffer_json(&b, "\"\\</script>\t\xe2\x80\xa8\xe2\x82\xac\xe2\x82");
    holds(&b, "\"\\u0022\\u005c\\u003c/script\\u003e? \xe2\x82\xac??\"");
}

static void too_much_is_remembered(void **state) {
    (void)state;
    Error err;
    Buffer b = {0};
    buffer_fill(&b, 0, SIZE_MAX - 10);
    buffer_text(&b, "later");
    assert_failed(buffer_check(&b, &err), &err, "out of memory");
    buffer_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_kept_in_order),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(text_is_made_safe),
        cmocka_unit_test(too_much_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
