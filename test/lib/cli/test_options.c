#include "lib/cli/options.h"

#include <fcntl.h>
#include <math.h>

#include "test/scratch.h"

/* Everything that a table can hold, with its defaults. */
typedef struct {
    bool flag, unflag, standardise, steps_given;
    long steps, any;
    size_t clusters, keep;
    double rate;
    int preset, schedule;
    const char *output;
    Strings reals;
} Values;

enum { GROUPS = 2, PRINTED = 8192 };

static const char *const presets[] = {"paper", "small", "tiny", NULL};
static const char *const schedules[] = {"step", "cosine", NULL};

static void fill(OptionGroup groups[GROUPS], Values *v) {
    *v = (Values){
        .unflag = true, .steps = 20, .clusters = 256, .rate = 1e-4, .preset = 1, .schedule = -1};
    groups[0] =
        (OptionGroup){.rows = {
                          option_flag("quiet", 'q', &v->flag, "No progress."),
                          option_unflag("no-refine", &v->unflag, "Without RefineBank."),
                          option_switch("standardise", &v->standardise, "Scale dimensions."),
                          option_given(option_int("steps", 's', "N", &v->steps, 1, 100, "Steps."),
                                       &v->steps_given),
                          option_int("any", 0, "N", &v->any, -HUGE_VAL, HUGE_VAL, "Any number."),
                      }};
    groups[1] = (OptionGroup){
        "More",
        {
            option_real("rate", 0, "R", &v->rate, 0, 1, "Learning rate."),
            option_text("output", 'o', "FILE", &v->output,
                        "Where the result goes, explained at a length that does not fit into one "
                        "line of the help text at all."),
            option_choice("preset", 0, presets, &v->preset, "Sizes."),
            option_choice("schedule", 0, schedules, &v->schedule, "How the rate falls."),
            option_standard(option_size("keep", 0, "N", &v->keep, 0, 10, "Frames kept."),
                            "the model's"),
            option_texts("real", 'r', "PATH", &v->reals, "Real dance."),
            option_size("clusters", 0, "N", &v->clusters, 0, 1e9, "Clusters."),
            option_flag("real-too", 0, &v->flag, "Makes --rea ambiguous."),
            option_refused("heads", "does not apply to --preset small"),
        }};
}

/* Parses `line`, split at blanks, with stdout and stderr going to `printed`. */
static int parse(Values *v, const char *line, int *first, char **argv, char *printed) {
    static char words[512], name[] = "generate";
    OptionGroup groups[GROUPS];
    fill(groups, v);
    Program p = {.name = "generate",
                 .usage = "[OPTION]... FILE\n--help",
                 .about = "Dances.",
                 .example = "generate -o out.npz in.npz",
                 .groups = groups,
                 .group_count = GROUPS};
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
    assert_int_equal(v.preset, 2);
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
    assert_true(v.preset == 1 && v.schedule == -1);
}

static void short_forms_and_prefixes(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "-qs3 --out f --no-r --pre paper", &first, argv, printed), -1);
    assert_true(v.flag && v.steps == 3 && !v.unflag);
    assert_string_equal(v.output, "f");
    assert_int_equal(v.preset, 0);
    assert_int_equal(parse(&v, "--real a", &first, argv, printed),
                     -1); /* a whole name beats the longer one that it begins */
    assert_int_equal(v.reals.count, 1);
    strings_free(&v.reals);
}

static void switches_have_two_names(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool on;
    } cases[] = {{"", false},
                 {"--standardise", true},
                 {"--standardise --no-standardise", false},
                 {"--no-standardise --stand", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Values v;
        int first;
        char *argv[40], printed[PRINTED];
        assert_int_equal(parse(&v, cases[i].line, &first, argv, printed), -1);
        assert_int_equal(v.standardise, cases[i].on);
    }
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

static void wrong_usage_is_one_line(void **state) {
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
        {"--no-standardise=1", "--no-standardise takes no value"},
        {"--schedule=constant", "--schedule takes one of step|cosine, not 'constant'"},
        {"--help-man x", "unknown or ambiguous option --help-man"},
        {"--help=yes", "--help takes no value"},
        {"--clusters -1", "--clusters must not be negative"},
        {"--output", "--output needs a value"},
        {"-o", "-o needs a value"},
        {"-qo", "-o needs a value"},
        {"--heads 3", "--heads does not apply to --preset small"},
        {"--heads=3", "--heads does not apply to --preset small"},
        {"--no-heads", "--no-heads does not apply to --preset small"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Values v;
        int first;
        char *argv[40], printed[PRINTED];
        int status = parse(&v, cases[i].line, &first, argv, printed);
        if (status != 2) fail_msg("%s: %d", cases[i].line, status);
        if (!strstr(printed, cases[i].says))
            fail_msg("%s: '%s' does not say '%s'", cases[i].line, printed, cases[i].says);
        assert_memory_equal(printed, "generate: ", 10);
        assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
        assert_non_null(strstr(printed, "; try 'generate --help'\n"));
    }
}

static void help_comes_from_the_table(void **state) {
    (void)state;
    static const char *const parts[] = {
        "Usage: generate [OPTION]... FILE\n   or: generate --help\nDances.\n\nOptions:\n",
        "  -q, --quiet                 No progress.\n",
        "      --no-refine             Without RefineBank.\n",
        "  -s, --steps N               Steps. [20]\n",
        "      --[no-]standardise      Scale dimensions. [no]\n",
        "      --schedule step|cosine  How the rate falls.\n",
        "      --keep N                Frames kept. [the model's]\n",
        "\nMore:\n",
        "Learning rate. [0.0001]\n",
        "Clusters. [256]\n",
        "--preset paper|small|tiny\n                              Sizes. [small]\n",
        "  -h, --help ",
        "  -V, --version ",
        "Example:\n  generate -o out.npz in.npz\n"};
    static const char *const lines[] = {"--help", "x -h --unknown"};
    for (int i = 0; i < 2; i++) {
        Values v;
        int first;
        char *argv[40], printed[PRINTED];
        assert_int_equal(parse(&v, lines[i], &first, argv, printed), 0);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (!strstr(printed, parts[k]))
                fail_msg("'%s' is not in the help:\n%s", parts[k], printed);
        assert_null(strstr(printed, "heads"));
        for (char *line = strtok(printed, "\n"); line; line = strtok(NULL, "\n"))
            assert_in_range(strlen(line), 1, 101);
    }
}

/* Written down by hand from man(7) and groff_man(7): hyphens that are to be typed are \\-. */
static void the_man_page_comes_from_the_table(void **state) {
    (void)state;
    static const char *const parts[] = {
        ".TH \"NEVERSTOP\\-GENERATE\" 1 \"\" \"neverstop ",
        "\n.SH NAME\nneverstop\\-generate \\- make dances to music\n",
        "\n.SH SYNOPSIS\n.nf\n\\fBneverstop generate\\fR [OPTION]... FILE\n",
        "FILE\n\\fBneverstop generate\\fR \\-\\-help\n.fi\n",
        "\n.SH OPTIONS\n.TP\n\\fB\\-q\\fR, \\fB\\-\\-quiet\\fR\nNo progress.\n",
        "\n.TP\n\\fB\\-\\-\\fR[\\fBno\\-\\fR]\\fBstandardise\\fR\n",
        "\n.SS More\n.TP\n\\fB\\-\\-rate\\fR \\fIR\\fR\nLearning rate. Default: 0.0001.\n",
        "\\fB\\-\\-preset\\fR \\fBpaper|small|tiny\\fR\nSizes. Default: small.\n",
        "\n.SH EXAMPLE\n.nf\nneverstop generate \\-o out.npz in.npz\n.fi\n",
    };
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "--help-man", &first, argv, printed), 0);
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
        if (!strstr(printed, parts[k])) fail_msg("'%s' is not in the page:\n%s", parts[k], printed);
}

static void the_list_of_options_is_for_scripts(void **state) {
    (void)state;
    static const char expected[] = "--quiet\t-q\t\n"
                                   "--no-refine\t\t\n"
                                   "--standardise\t\t\n"
                                   "--no-standardise\t\t\n"
                                   "--steps\t-s\tN\n"
                                   "--any\t\tN\n"
                                   "--rate\t\tR\n"
                                   "--output\t-o\tFILE\n"
                                   "--preset\t\tpaper|small|tiny\n"
                                   "--schedule\t\tstep|cosine\n"
                                   "--keep\t\tN\n"
                                   "--real\t-r\tPATH\n"
                                   "--clusters\t\tN\n"
                                   "--real-too\t\t\n"
                                   "--help\t-h\t\n"
                                   "--version\t-V\t\n";
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "--help-options", &first, argv, printed), 0);
    assert_string_equal(printed, expected);
}

static void the_version_is_one_line(void **state) {
    (void)state;
    Values v;
    int first;
    char *argv[40], printed[PRINTED];
    assert_int_equal(parse(&v, "--version", &first, argv, printed), 0);
    assert_memory_equal(printed, "generate (neverstop) ", 21);
    assert_ptr_equal(strchr(printed, '\n'), printed + strlen(printed) - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_mix),
        cmocka_unit_test(defaults_stay),
        cmocka_unit_test(short_forms_and_prefixes),
        cmocka_unit_test(switches_have_two_names),
        cmocka_unit_test(ranges_include_their_ends),
        cmocka_unit_test(wrong_usage_is_one_line),
        cmocka_unit_test(help_comes_from_the_table),
        cmocka_unit_test(the_man_page_comes_from_the_table),
        cmocka_unit_test(the_list_of_options_is_for_scripts),
        cmocka_unit_test(the_version_is_one_line),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
