/* Genres by the names that people use. */
#include "lib/data/genres.h"

#include "test/scratch.h"

static char *aist[] = {"BR", "PO", "LO", "MH", "LH", "HO", "WA", "KR", "JS", "JB"};
enum { AIST = sizeof aist / sizeof *aist };

/* aistplusplus_api/README.md's ten genres. */
static void codes_and_names_are_one(void **state) {
    (void)state;
    static const struct {
        const char *name, *code;
    } cases[] = {{"BR", "BR"},
                 {"br", "BR"},
                 {"break", "BR"},
                 {"Breaking", "BR"},
                 {"PO", "PO"},
                 {"pop", "PO"},
                 {"Popping", "PO"},
                 {"lock", "LO"},
                 {"LOCKING", "LO"},
                 {"middle hip-hop", "MH"},
                 {"Middle Hip Hop", "MH"},
                 {"middle", "MH"},
                 {"LA-style hip-hop", "LH"},
                 {"la hip hop", "LH"},
                 {"house", "HO"},
                 {"ho", "HO"},
                 {"Ho", "HO"},
                 {"HOUSE", "HO"},
                 {"waack", "WA"},
                 {"waacking", "WA"},
                 {"krump", "KR"},
                 {"street jazz", "JS"},
                 {"Street-Jazz", "JS"},
                 {"ballet jazz", "JB"},
                 {"ballet", "JB"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error err;
        size_t index = 99;
        if (genre_find(aist, AIST, cases[i].name, &index, &err)) fail_msg("%s", err.text);
        assert_string_equal(aist[index], cases[i].code);
    }
}

static void what_does_not_decide_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *name, *says;
    } cases[] = {{"hip-hop", "hip-hop may mean the genres MH and LH"},
                 {"jazz", "may mean the genres JS and JB"},
                 {"salsa", "salsa: no such genre here; known are BR (break), PO (pop)"},
                 {"", "no such genre"},
                 {"h", "no such genre"},
                 {"--", "no such genre"},
                 {"housed", "no such genre"}};
    Error err;
    size_t index;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_failed(genre_find(aist, AIST, cases[i].name, &index, &err), &err, cases[i].says);
    static char *few[] = {"MH", "JS"};
    assert_done(genre_find(few, 2, "hip hop", &index, &err), &err);
    assert_int_equal(index, 0);
    assert_done(genre_find(few, 2, "jazz", &index, &err), &err);
    assert_int_equal(index, 1);
}

/* Data sets that are not AIST++'s. */
static void other_names_stay_as_they_are(void **state) {
    (void)state;
    Error err;
    size_t index;
    static char *genres[] = {"X", "x", "House", "Tango Argentino", "\xc3\x89tude"};
    static const struct {
        const char *name;
        size_t index;
    } cases[] = {{"X", 0},           {"x", 1}, {"HO", 2}, {"house", 2}, {"tango-argentino", 3},
                 {"\xc3\x89tude", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (genre_find(genres, 5, cases[i].name, &index, &err)) fail_msg("%s", err.text);
        assert_int_equal(index, cases[i].index);
    }
    assert_failed(genre_find(genres + 1, 1, "tango", &index, &err), &err, "known are x");
    static char *twins[] = {"hip hop", "hip-hop"};
    assert_failed(genre_find(twins, 2, "HipHop", &index, &err), &err, "may mean");
    static char *both[] = {"HO", "house"}; /* the exact one */
    assert_done(genre_find(both, 2, "house", &index, &err), &err);
    assert_int_equal(index, 1);
}

static void lists_say_names(void **state) {
    (void)state;
    char text[GENRE_LIST_SIZE], long_name[100];
    static char *genres[] = {"HO", "X", "JB"};
    assert_string_equal(genre_list(genres, 3, text), "HO (house), X, JB (ballet jazz)");
    assert_string_equal(genre_list(genres, 0, text), "");
    memset(long_name, 'a', 99);
    long_name[99] = '\0';
    char *many[50];
    for (int i = 0; i < 50; i++) many[i] = long_name;
    genre_list(many, 50, text);
    assert_non_null(strstr(text, " and 46 more"));
    genre_list(aist, AIST, text);
    assert_non_null(strstr(text, "JB (ballet jazz)"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_and_names_are_one),
        cmocka_unit_test(what_does_not_decide_is_refused),
        cmocka_unit_test(other_names_stay_as_they_are),
        cmocka_unit_test(lists_say_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
