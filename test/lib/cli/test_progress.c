/* Progress: what a line says, how it fits a terminal, and what reaches a pipe. */
#include "lib/cli/progress.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "test/scratch.h"

enum { SIZE = 512, WIDE = 200 };
static const char name[] = "test_progress"; /* what every line begins with */

static Progress example(bool bar) {
    Progress p;
    progress_start(&p, "stage 2, epoch 3 of 20", 200, true);
    p.bar = bar;
    p.started = 1000;
    p.done = 50;
    return p;
}

static void assert_text(const Progress *p, double at, size_t columns, const char *wanted) {
    char text[SIZE], whole[SIZE];
    snprintf(whole, sizeof whole, "%s: %s", name, wanted);
    assert_int_equal(progress_text(p, at, columns, text, sizeof text), strlen(whole));
    assert_string_equal(text, whole);
}

static void a_line_says_what_is_done_and_left(void **state) {
    (void)state;
    Progress p = example(false);
    assert_text(&p, 1020, WIDE, "stage 2, epoch 3 of 20: 50 of 200, 1 min left"); /* 60 s */
    assert_text(&p, 1010, WIDE, "stage 2, epoch 3 of 20: 50 of 200, 30 s left");
    assert_text(&p, 2200, WIDE, "stage 2, epoch 3 of 20: 50 of 200, 1.0 hours left");
    assert_text(&p, 1000 + 86400, WIDE, "stage 2, epoch 3 of 20: 50 of 200, 3.0 days left");
    assert_text(&p, 1000.5, WIDE, "stage 2, epoch 3 of 20: 50 of 200"); /* too early to say */
    p.done = 200;
    assert_text(&p, 1020, WIDE, "stage 2, epoch 3 of 20: 200 of 200");
    p.total = 0;
    assert_text(&p, 1020, WIDE, "stage 2, epoch 3 of 20 200");
}

/* 50 of 200 after 20 s, but 40 of them were there before: 10 in 20 s, 150 to go. */
static void an_earlier_run_does_not_count(void **state) {
    (void)state;
    Progress p = example(false);
    progress_from(&p, 40);
    p.done = 50;
    assert_text(&p, 1020, WIDE, "stage 2, epoch 3 of 20: 50 of 200, 5 min left");
}

static void a_bar_fits_its_terminal(void **state) {
    (void)state;
    Progress p = example(true);
    assert_text(&p, 1010, WIDE,
                "stage 2, epoch 3 of 20 [#######.......................] 50/200, 30 s left");
    /* 79 columns: 37 of "test_progress: stage 2, epoch 3 of 20", 17 of " 50/200, 30 s left" */
    assert_text(&p, 1010, 80, "stage 2, epoch 3 of 20 [#####................] 50/200, 30 s left");
    assert_text(&p, 1010, 60, "stage 2, epoch 3 of 20 50/200, 30 s left"); /* no room for a bar */
    assert_text(&p, 1010, 41, "stage 2 50/200, 30 s left");
    for (size_t columns = 0; columns < 120; columns++) {
        char text[SIZE];
        const size_t taken = progress_text(&p, 1010, columns, text, sizeof text);
        assert_true(taken < columns || (taken == 0 && columns == 0));
    }
}

/* A letter of two bytes takes one column, and is not cut in two. */
static void labels_are_text(void **state) {
    (void)state;
    Progress p = example(true);
    char text[SIZE];
    progress_relabel(&p, "\xc3\xa4\xc3\xb6\xc3\xbc");
    assert_int_equal(progress_text(&p, 1000, 24, text, sizeof text), 23);
    assert_string_equal(text, "test_progress: \xc3\xa4 50/200");
    progress_relabel(&p, "a\033[2Jb\nc\x7f");
    assert_string_equal(p.label, "a?[2Jb?c?");
    progress_relabel(&p, "a\xc2\x9b"
                         "2J\xc2\xa0"); /* U+009B is ESC [ in one; U+00A0 is a blank */
    assert_string_equal(p.label, "a?2J\xc2\xa0");
    char longer[3 * PROGRESS_LABEL];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    progress_relabel(&p, longer);
    assert_int_equal(strlen(p.label), PROGRESS_LABEL - 1);
}

/* Everything that reports on work of `total` pieces print to a stderr that is `to`. */
static void report(int to, size_t total, bool quiet) {
    Progress p;
    fflush(stderr);
    const int saved = dup(2);
    assert_true(saved >= 0 && dup2(to, 2) == 2);
    progress_start(&p, "counting", total, quiet);
    for (size_t i = 1; i <= total; i++) progress_step(&p, i);
    progress_end(&p);
    fflush(stderr);
    dup2(saved, 2);
    close(saved);
}

/* Reads what there is, without waiting for more. */
static size_t read_all(int from, char *text, size_t size) {
    size_t used = 0;
    fcntl(from, F_SETFL, O_NONBLOCK);
    for (ssize_t n; used + 1 < size && (n = read(from, text + used, size - 1 - used)) > 0;)
        used += (size_t)n;
    text[used] = '\0';
    return used;
}

/* Quick work says nothing in a file. */
static void a_file_gets_no_bar(void **state) {
    (void)state;
    char text[4096];
    const int to = open(scratch("log"), O_RDWR | O_CREAT, 0600);
    assert_true(to >= 0);
    setenv("NEVERSTOP_PROGRESS", "bar", 1);
    report(to, 5, false);
    unsetenv("NEVERSTOP_PROGRESS");
    lseek(to, 0, SEEK_SET);
    assert_int_equal(read_all(to, text, sizeof text), 0);
    close(to);
}

static int open_terminal(int *reader) {
    *reader = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*reader >= 0 && grantpt(*reader) == 0 && unlockpt(*reader) == 0);
    const int terminal = open(ptsname(*reader), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0);
    const struct winsize size = {.ws_row = 24, .ws_col = 60};
    assert_int_equal(ioctl(terminal, TIOCSWINSZ, &size), 0);
    return terminal;
}

static void a_terminal_gets_one(void **state) {
    (void)state;
    char text[4096];
    int reader;
    const int terminal = open_terminal(&reader);
    unsetenv("MAKEFLAGS");
    report(terminal, 5, false);
    assert_true(read_all(reader, text, sizeof text) > 0);
    assert_null(strchr(text, '\033'));
    char *last = strrchr(text, '\r'); /* "\r\n" at the end */
    assert_non_null(last);
    *last = '\0';
    /* 59 columns of 60: 23 of the label, 31 of the bar, and what is between and behind. */
    assert_string_equal(strrchr(text, '\r') + 1,
                        "test_progress: counting [#############################] 5/5");
    report(terminal, 5, true);
    assert_int_equal(read_all(reader, text, sizeof text), 0);

    /* One of several jobs of make, and by wish. */
    setenv("MAKEFLAGS", " -j2 --jobserver-auth=3,4", 1);
    report(terminal, 5, false);
    assert_int_equal(read_all(reader, text, sizeof text), 0);
    unsetenv("MAKEFLAGS");
    setenv("NEVERSTOP_PROGRESS", "lines", 1);
    report(terminal, 5, false);
    assert_int_equal(read_all(reader, text, sizeof text), 0);
    unsetenv("NEVERSTOP_PROGRESS");
    close(terminal);
    close(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_what_is_done_and_left),
        cmocka_unit_test(an_earlier_run_does_not_count),
        cmocka_unit_test(a_bar_fits_its_terminal),
        cmocka_unit_test(labels_are_text),
        cmocka_unit_test(a_file_gets_no_bar),
        cmocka_unit_test(a_terminal_gets_one),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
