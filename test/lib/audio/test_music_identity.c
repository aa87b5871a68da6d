/* Layouts of columns, and in what two identities differ. */
#include "lib/audio/music_identity.h"

#include "test/scratch.h"

static void layouts_have_widths(void **state) {
    (void)state;
    static const struct {
        const char *layout;
        size_t width;
    } cases[] = {{"", 0},
                 {"a", 1},
                 {"a,b", 2},
                 {"a:20,b:1,c", 22},
                 {"a:1048576", 1 << 20},
                 {"a:1048577", 0},
                 {"a:0", 0},
                 {"a:", 0},
                 {"a:-1", 0},
                 {"a:1x", 0},
                 {"a:x", 0},
                 {"a:1:2", 0},
                 {",", 0},
                 {"a,", 0},
                 {",a", 0},
                 {"a,,b", 0},
                 {"a,b,a", 0},
                 {"a b", 0},
                 {"a,a:2", 0},
                 {"a:+2", 0},
                 {"a: 2", 0},
                 {"a:99999999999999999999", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (music_layout_width(cases[i].layout) != cases[i].width)
            fail_msg("'%s': %zu", cases[i].layout, music_layout_width(cases[i].layout));
}

static void layouts_grow(void **state) {
    (void)state;
    char layout[MUSIC_LAYOUT_SIZE] = "", whole[MUSIC_LAYOUT_SIZE];
    assert_int_equal(music_layout_append(layout, "mfcc and more", 4, 20), 0);
    assert_int_equal(music_layout_append(layout, "beats", 5, 1), 0);
    assert_string_equal(layout, "mfcc:20,beats");
    assert_int_equal(music_layout_append(layout, "a,b", 3, 1), -1);
    assert_int_equal(music_layout_append(layout, "", 0, 1), -1);
    while (music_layout_append(layout, "0123456789", 10, 1) == 0) strcpy(whole, layout);
    assert_string_equal(layout, whole); /* a block that does not fit leaves it as it was */
    assert_int_equal(strlen(layout), 13 + 11 * ((MUSIC_LAYOUT_SIZE - 1 - 13) / 11));
}

static void assert_differ(const MusicIdentity *a, size_t a_dim, const MusicIdentity *b,
                          size_t b_dim, const char *a_says, const char *b_says) {
    char x[MUSIC_PHRASE_SIZE], y[MUSIC_PHRASE_SIZE];
    assert_true(music_identity_differs(a, a_dim, b, b_dim, x, y));
    assert_string_equal(x, a_says);
    assert_string_equal(y, b_says);
    assert_true(music_identity_differs(b, b_dim, a, a_dim, y, x));
    assert_string_equal(x, a_says);
}

static void differences_are_named(void **state) {
    (void)state;
    char x[MUSIC_PHRASE_SIZE], y[MUSIC_PHRASE_SIZE];
    const MusicIdentity none = {0}, mint = {"mint35", "librosa-0.11", "mfcc:20,beats"},
                        old = {"mint35", "librosa-0.8", "mfcc:20,beats"},
                        part = {"mint35", "librosa-0.11", "beats"},
                        bare = {"mint35", "librosa-0.11", ""};
    assert_false(music_identity_differs(&mint, 21, &mint, 21, x, y));
    assert_false(music_identity_differs(&mint, 21, &bare, 21, x, y));
    assert_false(music_identity_differs(&none, 4800, &none, 4800, x, y));
    assert_differ(&mint, 21, &old, 21, "mint35 librosa-0.11", "mint35 librosa-0.8");
    assert_differ(&mint, 21, &part, 1, "mint35 librosa-0.11, columns mfcc:20,beats",
                  "mint35 librosa-0.11, columns beats");
    assert_differ(&mint, 21, &bare, 22, "mint35 librosa-0.11, columns mfcc:20,beats",
                  "mint35 librosa-0.11, 22 columns");
    assert_differ(&mint, 21, &none, 21, "mint35 librosa-0.11", "21 unnamed features a frame");
    assert_differ(&none, 21, &none, 35, "21 unnamed features a frame",
                  "35 unnamed features a frame");
}

static void identities_are_checked(void **state) {
    (void)state;
    Error err;
    const MusicIdentity good = {"mint35", "librosa-0.11", "mfcc:20,beats"}, none = {0};
    assert_done(music_identity_check(&good, 21, &err), &err);
    assert_done(music_identity_check(&none, 4800, &err), &err);
    assert_failed(music_identity_check(&good, 22, &err), &err, "are not 22");
    assert_failed(music_identity_check(&(MusicIdentity){.name = "a"}, 1, &err), &err,
                  "a name without a version");
    assert_failed(music_identity_check(&(MusicIdentity){.version = "a"}, 1, &err), &err,
                  "a version without a name");
    assert_failed(music_identity_check(&(MusicIdentity){"a", "\x1b[31m", ""}, 1, &err), &err,
                  "not printable");
    assert_failed(music_identity_check(&(MusicIdentity){"a", "1", "b,b"}, 2, &err), &err,
                  "'b,b', are not 2");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_have_widths),
        cmocka_unit_test(layouts_grow),
        cmocka_unit_test(differences_are_named),
        cmocka_unit_test(identities_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
