#include "lib/cli/options.h"

#include <fcntl.h>

#include "test/scratch.h"

/* Everything that a table can hold, with its defaults. */
typedef struct {
    bool flag, unflag, steps_given;
    long steps, any;
    size_t clusters;
    double rate;
    const char *output, *preset;
    Strings reals;
} Values;

enum { COUNT = 11, PRINTED = 8192 };

static void fill(Option *options, Values *v) {
    *v = (Values){.unflag = true, .steps = 20, .clusters = 256, .rate = 1e-4, .preset = "small"};
    const Option table[COUNT] = {
        {"quiet", 'q', OPTION_FLAG, &v->flag, NULL, "No progress.", 0, 0, NULL},
        {"no-refine", 0, OPTION_UNFLAG, &v->unflag, NULL, "Without RefineBank.", 0, 0, NULL},
        {"steps", 's', OPTION_INT, &v->steps, "N", "Steps.", 1, 100, &v->steps_given},
        {"any", 0, OPTION_INT, &v->any, "N", "Any number.", 0, 0, NULL},
        {NULL, 0, OPTION_FLAG, NULL, NULL, "More", 0, 0, NULL},
        {"rate", 0, OPTION_REAL, &v->rate, "R", "Learning rate.", 0, 1, NULL},
        {"output", 'o', OPTION_TEXT, &v->output, "FILE",
         "Where the result goes, explained at a length that does not fit into one line of the help "
         "text at all.",
         0, 0, NULL},
        {"preset", 0, OPTION_CHOICE, &v->preset, "paper|small|tiny", "Sizes.", 0, 0, NULL},
        {"real", 'r', OPTION_TEXTS, &v->reals, "PATH", "Real dance.", 0, 0, NULL},
        {"clusters", 0, OPTION_SIZE, &v->clusters, "N", "Clusters.", 0, 0, NULL},
        {"real-too", 0, OPTION_FLAG, &v->flag, NULL, "Makes --rea ambiguous.", 0, 0, NULL},
    };
    memcpy(options, table, sizeof table);
}

/* Parses `line`, split at blanks, with stdout and stderr going to `printed`. */
static int parse(Values *v, const char *line, int *first, char **argv, char *printed) {
    static char words[512], name[] = "dance";
    Option options[COUNT];
    fill(options, v);
    Program p = {"dance", "[OPTION]... FILE", "Dances.", "dance -o out.npz in.npz", options, COUNT};
    snprintf(words, sizeof words, "%s", line);
    int argc = 0;
    argv[argc++] = name;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) argv[argc++] = word;
    argv[argc] = NULL;
    fflush(stdout);
    int out = dup(1), errors = dup(2),
        to = open(scratch("printed"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_true(out >= 0 && errors >= 0 && to >= 0);
    dup2(to, 1);
    dup2(to, 2);
    int status = options_parse(&p, argc, argv, first);
    fflush(stdout);
    dup2(out, 1);
    dup2(errors, 2);
    ssize_t n = pread(to, printed, PRINTED - 1, 0);
    printed[n > 0 ? n : 0] = '\0';
    close(out);
    close(errors);
    close(to);
    return status;
}

static void options_and_operands_may_mix(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    const char *line = "a.npz -q --steps=7 b.npz --no-refine -ofile --rate 2.5e-1 --any -12 "
                       "--clusters 32 --preset tiny -r x --real=y -- --c";
    assert_int_equal(parse(&v, line, &first, argv, printed), -1);
    assert_string_equal(printed, "");
    assert_true(v.flag && !v.unflag && v.steps == 7 && v.steps_given && v.any == -12 &&
                v.clusters == 32 && v.rate == 0.25);
    assert_string_equal(v.output, "file");
    assert_string_equal(v.preset, "tiny");
    assert_int_equal(v.reals.count, 2);
    assert_string_equal(v.reals.items[1], "y");
    assert_string_equal(argv[first], "a.npz");
    assert_string_equal(argv[first + 1], "b.npz");
    assert_string_equal(argv[first + 2], "--c");
    assert_null(argv[first + 3]);
    strings_free(&v.reals);
}

static void defaults_stay(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "", &first, argv, printed), -1);
    assert_int_equal(first, 1);
    assert_true(!v.flag && v.unflag && v.steps == 20 && v.clusters == 256 && !v.steps_given &&
                v.rate == 1e-4 && !v.output);
    assert_string_equal(v.preset, "small");
}

static void short_forms_and_prefixes(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "-qs3 --out f --no-r --pre paper", &first, argv, printed), -1);
    assert_true(v.flag && v.steps == 3 && !v.unflag);
    assert_string_equal(v.output, "f");
    assert_string_equal(v.preset, "paper");
    assert_int_equal(parse(&v, "--real a", &first, argv, printed),
                     -1); /* a whole name beats the longer one that it begins */
    assert_int_equal(v.reals.count, 1);
    strings_free(&v.reals);
}

static void ranges_include_their_ends(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "--steps 1 --rate 0", &first, argv, printed), -1);
    assert_int_equal(parse(&v, "--steps 100 --rate 1", &first, argv, printed), -1);
    assert_true(v.steps == 100 && v.rate == 1);
    assert_int_equal(parse(&v, "--any 9223372036854775807", &first, argv, printed), -1);
    assert_true(v.any == 9223372036854775807);
}

static void wrong_usage_is_told_in_one_line(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"--steps 0", "--steps must lie between 1 and 100, not 0"},
        {"--steps 101", "--steps must lie between 1 and 100, not 101"},
        {"--steps ten", "--steps takes a whole number, not 'ten'"},
        {"--steps 1.5", "--steps takes a whole number, not '1.5'"},
        {"--steps 3x", "--steps takes a whole number, not '3x'"},
        {"--steps=", "--steps takes a whole number, not ''"},
        {"-s 99999999999999999999", "--steps takes a whole number"},
        {"--rate 1.01", "--rate must lie between 0 and 1, not 1.01"},
        {"--rate -0.1", "--rate must lie between 0 and 1, not -0.1"},
        {"--rate nan", "--rate takes a number, not 'nan'"},
        {"--rate inf", "--rate takes a number, not 'inf'"},
        {"--rate 1e999", "--rate takes a number, not '1e999'"},
        {"--rate 0,5", "--rate takes a number, not '0,5'"},
        {"--preset large", "--preset takes one of paper|small|tiny, not 'large'"},
        {"--preset tin", "not 'tin'"},
        {"--preset=", "not ''"},
        {"--preset paper|small", "not 'paper|small'"},
        {"--unknown", "--unknown"},
        {"--rea x", "--rea"},
        {"-x", "unknown option -x"},
        {"-qx", "unknown option -x"},
        {"--quiet=yes", "--quiet takes no value"},
        {"--help=yes", "--help takes no value"},
        {"--clusters -1", "--clusters must not be negative"},
        {"--output", "--output needs a value"},
        {"-o", "-o needs a value"},
        {"-qo", "-o needs a value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Values v;
        int first;
        char *argv[40], printed[PRINTED];
        int status = parse(&v, cases[i].line, &first, argv, printed);
        if (status != 2) fail_msg("%s: %d", cases[i].line, status);
        if (!strstr(printed, cases[i].says))
            fail_msg("%s: '%s' does not say '%s'", cases[i].line, printed, cases[i].says);
        assert_memory_equal(printed, "dance: ", 7);
        assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
        assert_non_null(strstr(printed, "; try 'dance --help'\n"));
    }
}

static void help_comes_from_the_table(void **state) {
    (void)state;
    static const char *const parts[] = {
        "Usage: dance [OPTION]... FILE\nDances.\n",
        "  -q, --quiet                 No progress.\n",
        "      --no-refine             Without RefineBank.\n",
        "  -s, --steps N               Steps. [20]\n",
        "\nMore:\n",
        "Learning rate. [0.0001]\n",
        "Clusters. [256]\n",
        "--preset paper|small|tiny\n                              Sizes. [small]\n",
        "  -h, --help ",
        "  -V, --version ",
        "Example:\n  dance -o out.npz in.npz\n"};
    static const char *const lines[] = {"--help", "x -h --unknown"};
    for (int i = 0; i < 2; i++) {
        Values v;
        int first;
        char *argv[40], printed[PRINTED];
        assert_int_equal(parse(&v, lines[i], &first, argv, printed), 0);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (!strstr(printed, parts[k]))
                fail_msg("'%s' is not in the help:\n%s", parts[k], printed);
        for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"))
            assert_in_range(strlen(line), 1, 101);
    }
}

static void the_version_is_one_line(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "--version", &first, argv, printed), 0);
    assert_memory_equal(printed, "dance (neverstop) ", 18);
    assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_mix),
        cmocka_unit_test(defaults_stay),
        cmocka_unit_test(short_forms_and_prefixes),
        cmocka_unit_test(ranges_include_their_ends),
        cmocka_unit_test(wrong_usage_is_told_in_one_line),
        cmocka_unit_test(help_comes_from_the_table),
        cmocka_unit_test(the_version_is_one_line),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
