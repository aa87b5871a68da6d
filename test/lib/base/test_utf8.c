#include "lib/base/utf8.h"

#include "test/scratch.h"

static void invalid_utf8_is_recognised(void **state) {
    (void)state;
    static const char *const good[] = {"",
                                       "dance",
                                       "\x7f",
                                       "\xc2\x80",
                                       "\xdf\xbf",
                                       "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",
                                       "\xee\x80\x80",
                                       "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80",
                                       "\xf4\x8f\xbf\xbf",
                                       "a\xc3\xa4z"};
    /* A lone continuation, cut sequences, overlong forms, surrogates, beyond U+10FFFF (RFC 3629).
     */
    static const char *const bad[] = {"\x80",
                                      "\xc2",
                                      "\xe0\xa0",
                                      "\xf0\x90\x80",
                                      "\xc2\x41",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xe0\x9f\xbf",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "a\xe4z"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!utf8_valid(good[i], strlen(good[i]))) fail_msg("good %zu", i);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (utf8_valid(bad[i], strlen(bad[i]))) fail_msg("bad %zu", i);
    char out[4];
    assert_int_equal(utf8_encode(0x1f600, out), 4);
    assert_memory_equal(out, "\xf0\x9f\x98\x80", 4);
    assert_int_equal(utf8_encode(0x20ac, out), 3);
    assert_memory_equal(out, "\xe2\x82\xac", 3);
    assert_int_equal(utf8_encode(0xdfff, out), 0);
    assert_int_equal(utf8_encode(0x110000, out), 0);
}

static void repeated_names_are_found(void **state) {
    (void)state;
    Error err;
    const char *names[] = {"b", "a", "c", "ab"};
    assert_done(utf8_sort_distinct(names, 4, &err), &err);
    assert_string_equal(names[0], "a");
    assert_string_equal(names[1], "ab");
    names[3] = "a";
    assert_failed(utf8_sort_distinct(names, 4, &err), &err, "'a' occurs twice");
    assert_done(utf8_sort_distinct(NULL, 0, &err), &err);
}

/* C0, DEL, C1 as UTF-8 and as bytes of 8-bit terminals; letters stay, of Latin-1 too. */
static void terminals_get_no_orders(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a\033[2Jb", "a?[2Jb"},
        {"a\nb\177", "a?b?"},
        {"x\xc2\x9b"
         "2Jy",
         "x?2Jy"},
        {"x\x9b"
         "2Jy",
         "x?2Jy"},
        {"\xc2\x80\xc2\x9f\xc2\xa0", "??\xc2\xa0"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\x83", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\x83"},
        {"Tanz \xfc"
         "ber",
         "Tanz \xfc"
         "ber"},
        {"cut \xe2\x82", "cut \xe2?"},
        {"\xc2", "\xc2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[40];
        strcpy(text, cases[i][0]);
        utf8_make_printable(text);
        assert_string_equal(text, cases[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(invalid_utf8_is_recognised),
                                       cmocka_unit_test(terminals_get_no_orders),
                                       cmocka_unit_test(repeated_names_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
