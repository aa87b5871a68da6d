/* NEVERSTOP_USE: what it may say, and what is taken where it says nothing. */
#include "lib/base/choices.h"
#include "lib/base/processor.h"
#include "test/scratch.h"

static int ways[CHOICES];

static void words_are_read(void **state) {
    (void)state;
    Error err;
    assert_done(choices_parse(NULL, ways, &err), &err);
    for (Choice c = 0; c < CHOICES; c++) assert_int_equal(ways[c], -1);
    assert_done(choices_parse(" matmul=blas\tbf16=plain  mpi=no\n", ways, &err), &err);
    assert_int_equal(ways[CHOICE_MATMUL], MATMUL_BLAS);
    assert_int_equal(ways[CHOICE_BF16], BF16_PLAIN);
    assert_int_equal(ways[CHOICE_MPI], CHOICE_NO);
    assert_int_equal(ways[CHOICE_PAGES], -1);
    assert_int_equal(ways[CHOICE_CHROMIUM], -1);
}

/* Later words have the last say. */
static void portable_is_the_last_way_of_each(void **state) {
    (void)state;
    Error err;
    assert_done(choices_parse("portable core=auto", ways, &err), &err);
    assert_int_equal(ways[CHOICE_LANES], LANES_BASELINE);
    assert_int_equal(ways[CHOICE_MATMUL], MATMUL_BLAS);
    assert_int_equal(ways[CHOICE_BF16], BF16_PLAIN);
    assert_int_equal(ways[CHOICE_CORE], CORE_AUTO);
    assert_int_equal(ways[CHOICE_RESTART], CHOICE_NO);
    assert_int_equal(ways[CHOICE_PAGES], PAGES_SMALL);
    assert_int_equal(ways[CHOICE_TMPFILE], CHOICE_NO);
    assert_int_equal(ways[CHOICE_PYTHON], -1);
}

static void wrong_words_are_refused(void **state) {
    (void)state;
    Error err;
    assert_failed(choices_parse("bf16", ways, &err), &err, "'bf16' is not known");
    assert_failed(choices_parse("speed=high", ways, &err), &err, "'speed=high' is not known");
    assert_failed(choices_parse("=own", ways, &err), &err, "'=own' is not known");
    assert_failed(choices_parse("pages=2MiB", ways, &err), &err, "pages is one of large, small");
    assert_failed(choices_parse("pages=", ways, &err), &err, "pages is one of large, small");
    assert_failed(choices_parse("pages=smaller", ways, &err), &err, "pages is one of");
    assert_failed(choices_parse("matmul=blas help", ways, &err), &err, "'help' is not known");
}

/* A way that needs what the processor does not have is refused where it is named. */
static void ways_that_are_not_offered_are_refused(void **state) {
    (void)state;
    Error err;
    for (Choice c = 0; c < CHOICES; c++)
        for (int way = 0; choice_way(c, way); way++) {
            char text[80];
            snprintf(text, sizeof text, "%s=%s", choice_name(c), choice_way(c, way));
            int status = choices_parse(text, ways, &err);
            assert_int_equal(status, choice_offered(c, way) ? 0 : -1);
            if (status) assert_non_null(strstr(err.text, "this machine offers"));
            if (!choice_way(c, way + 1)) assert_true(choice_offered(c, way));
        }
    assert_int_equal(choice_offered(CHOICE_LANES, LANES_AVX512), processor_has(PROCESSOR_AVX512));
    assert_int_equal(choice_offered(CHOICE_LANES, LANES_AVX2), processor_has(PROCESSOR_AVX2));
}

static void what_is_taken_is_offered(void **state) {
    (void)state;
    Error err;
    assert_done(choices_check(&err), &err);
    assert_done(choices_parse(getenv("NEVERSTOP_USE"), ways, &err), &err);
    for (Choice c = 0; c < CHOICES; c++) {
        int way = choice(c);
        assert_true(choice_offered(c, way));
        if (ways[c] >= 0) assert_int_equal(way, ways[c]);
        for (int better = 0; ways[c] < 0 && better < way; better++)
            assert_false(choice_offered(c, better));
    }
}

static void features_imply_each_other(void **state) {
    (void)state;
    if (processor_has(PROCESSOR_AMX_BF16)) assert_true(processor_has(PROCESSOR_AVX512));
    if (processor_has(PROCESSOR_AVX512_BF16)) assert_true(processor_has(PROCESSOR_AVX512));
    if (processor_has(PROCESSOR_AVX512)) assert_true(processor_has(PROCESSOR_AVX2));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_read),
                                       cmocka_unit_test(portable_is_the_last_way_of_each),
                                       cmocka_unit_test(wrong_words_are_refused),
                                       cmocka_unit_test(ways_that_are_not_offered_are_refused),
                                       cmocka_unit_test(what_is_taken_is_offered),
                                       cmocka_unit_test(features_imply_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
