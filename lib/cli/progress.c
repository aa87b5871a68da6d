#include "lib/cli/progress.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/utf8.h"

enum { BAR_WIDTH = 30, BAR_LEAST = 5, USUAL_COLUMNS = 80, TEXT_SIZE = 512 };

static const char *program_name(void) {
#ifdef __APPLE__
    return getprogname();
#else
    return program_invocation_short_name;
#endif
}

/* --- bar or lines --- */

/* make names its job server in MAKEFLAGS when it runs several jobs at a time. */
static bool one_of_many_jobs(void) {
    const char *flags = getenv("MAKEFLAGS");
    return flags && strstr(flags, "jobserver") != NULL;
}

static bool in_background(void) {
    const pid_t foreground = tcgetpgrp(STDERR_FILENO);
    return foreground > 0 && foreground != getpgrp();
}

static bool bar_wanted(void) {
    const char *wanted = getenv("NEVERSTOP_PROGRESS");
    if (!isatty(STDERR_FILENO) || (wanted && strcmp(wanted, "lines") == 0)) return false;
    return (wanted && strcmp(wanted, "bar") == 0) || (!one_of_many_jobs() && !in_background());
}

static size_t terminal_columns(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col
                                                                       : USUAL_COLUMNS;
}

/* --- text --- */

/* UTF-8's code points, each taken for one column. */
static size_t columns_of(const char *text) {
    size_t count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* Cuts text after so many code points. */
static void cut(char *text, size_t columns) {
    for (; *text; text++) {
        if (((unsigned char)*text & 0xc0) == 0x80) continue;
        if (columns-- == 0) break;
    }
    *text = '\0';
}

static void duration_text(double seconds, char *text, size_t size) {
    static const struct {
        double below, unit;
        const char *format;
    } forms[] = {{60, 1, "%.0f s"},
                 {3600, 60, "%.0f min"},
                 {86400, 3600, "%.1f hours"},
                 {INFINITY, 86400, "%.1f days"}};
    size_t i = 0;
    while (seconds >= forms[i].below) i++;
    snprintf(text, size, forms[i].format, fmax(ceil(10 * seconds / forms[i].unit) / 10, 0));
}

/* ", 2 min left", or nothing while there is nothing to tell it from. */
static void time_left(const Progress *p, double at, char *text, size_t size) {
    const double gone = at - p->started;
    char duration[40];
    *text = '\0';
    if (p->total == 0 || p->done <= p->first || p->done >= p->total || gone < 1) return;
    duration_text(gone / (double)(p->done - p->first) * (double)(p->total - p->done), duration,
                  sizeof duration);
    snprintf(text, size, ", %s left", duration);
}

static size_t line_text(const Progress *p, double at, char *text, size_t size) {
    char left[60];
    time_left(p, at, left, sizeof left);
    if (p->total)
        snprintf(text, size, "%s: %s: %zu of %zu%s", program_name(), p->label, p->done, p->total,
                 left);
    else
        snprintf(text, size, "%s: %s %zu", program_name(), p->label, p->done);
    return columns_of(text);
}

/* The bar gives way first, then the label. */
static size_t bar_text(const Progress *p, double at, size_t columns, char *text, size_t size) {
    char head[PROGRESS_LABEL + 60], tail[120], left[60], bar[BAR_WIDTH + 1];
    time_left(p, at, left, sizeof left);
    snprintf(head, sizeof head, "%.40s: %s", program_name(), p->label);
    snprintf(tail, sizeof tail, p->total ? "%zu/%zu%s" : "%zu", p->done, p->total, left);
    const size_t room = columns > 1 ? columns - 1 : 0;
    const size_t rest = strlen(tail) + 1;
    size_t width = 0;
    size_t taken = columns_of(head) + rest + 3; /* blank and brackets */
    if (p->total && room > taken) width = room - taken < BAR_WIDTH ? room - taken : BAR_WIDTH;
    if (width < BAR_LEAST) {
        cut(head, room > rest ? room - rest : 0);
        snprintf(text, size, "%s %s", head, tail);
        cut(text, room);
        return columns_of(text);
    }
    const size_t done = p->done < p->total ? p->done : p->total;
    const size_t filled = (size_t)((double)done / (double)p->total * (double)width);
    memset(bar, '#', filled);
    memset(bar + filled, '.', width - filled);
    bar[width] = '\0';
    snprintf(text, size, "%s [%s] %s", head, bar, tail);
    return columns_of(text);
}

size_t progress_text(const Progress *p, double at, size_t columns, char *text, size_t size) {
    return p->bar ? bar_text(p, at, columns, text, size) : line_text(p, at, text, size);
}

/* --- the work --- */

void progress_relabel(Progress *p, const char *label) {
    snprintf(p->label, sizeof p->label, "%s", label);
    utf8_make_printable(p->label);
}

void progress_start(Progress *p, const char *label, size_t total, bool quiet) {
    *p = (Progress){.total = total, .quiet = quiet, .started = clock_seconds()};
    progress_relabel(p, label);
    p->bar = !quiet && bar_wanted();
    p->last = p->bar ? -INFINITY : p->started;
}

void progress_from(Progress *p, size_t done) { p->first = p->done = done; }

/* One write, so that what other processes print falls between lines and not into them. Blanks cover
 * what a longer bar left. */
static void print(Progress *p, double at, const char *end) {
    char text[TEXT_SIZE];
    const size_t taken = progress_text(p, at, terminal_columns(), text, sizeof text);
    const size_t blanks = p->bar && p->drawn > taken ? p->drawn - taken : 0;
    char line[2 * TEXT_SIZE];
    snprintf(line, sizeof line, "%s%s%*s%s", p->bar ? "\r" : "", text,
             (int)(blanks < TEXT_SIZE ? blanks : TEXT_SIZE / 2), "", end);
    fputs(line, stderr);
    fflush(stderr);
    p->drawn = taken;
    p->last = at;
}

void progress_step(Progress *p, size_t done) {
    p->done = done;
    if (p->quiet) return;
    const double at = clock_seconds();
    const double pause = p->bar ? 0.1 : fmax(10, (at - p->started) / 50);
    if (at - p->last >= pause) print(p, at, p->bar ? "" : "\n");
}

void progress_end(Progress *p) {
    if (!p->quiet && p->bar) print(p, clock_seconds(), "\n");
}
