#include "lib/cli/programs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void names_are_unique_and_summaries_fit_a_line(void **state) {
    (void)state;
    size_t count;
    const ProgramEntry *entries = programs_list(&count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(entries[i].summary);
        assert_in_range(strlen(entries[i].summary), 1, 74);
        if (entries[i].name) assert_ptr_equal(programs_find(entries[i].name), &entries[i]);
    }
    assert_null(programs_find("train"));
    assert_null(programs_find("Data"));
}

/* One insertion, deletion, replacement, swap; more; parts of names. */
static void the_nearest_name(void **state) {
    (void)state;
    assert_string_equal(programs_nearest("generates"), "generate");
    assert_string_equal(programs_nearest("genrate"), "generate");
    assert_string_equal(programs_nearest("generade"), "generate");
    assert_string_equal(programs_nearest("genreate"), "generate");
    assert_string_equal(programs_nearest("train_predicter"), "train-predictor");
    assert_string_equal(programs_nearest("extract"), "extract-music-features");
    assert_string_equal(programs_nearest("fid"), "eval-fid");
    assert_string_equal(programs_nearest("generate"), "generate");
}

static void nothing_is_near(void **state) {
    (void)state;
    assert_null(programs_nearest(""));
    assert_null(programs_nearest("zzzzzzzz"));
    assert_null(programs_nearest("id"));
    char endless[4000];
    memset(endless, 'g', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_null(programs_nearest(endless));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique_and_summaries_fit_a_line),
        cmocka_unit_test(the_nearest_name),
        cmocka_unit_test(nothing_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
