#include "lib/cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"

void progress_start(Progress *p, const char *label, size_t total, bool quiet) {
    *p = (Progress){.label = label,
                    .total = total,
                    .quiet = quiet,
                    .terminal = isatty(STDERR_FILENO),
                    .last = clock_seconds()};
}

static void draw(const Progress *p) {
    enum { WIDTH = 30 };
    char bar[WIDTH + 1];
    size_t filled = p->total ? p->done * WIDTH / p->total : WIDTH;
    for (size_t i = 0; i < WIDTH; i++) bar[i] = i < filled ? '#' : '.';
    bar[WIDTH] = '\0';
    fprintf(stderr, "\r%s [%s] %zu/%zu", p->label, bar, p->done, p->total);
    fflush(stderr);
}

void progress_step(Progress *p, size_t done) {
    p->done = done;
    if (p->quiet) return;
    double t = clock_seconds();
    if (t - p->last < (p->terminal ? 0.1 : 10.0)) return;
    p->last = t;
    if (p->terminal)
        draw(p);
    else
        fprintf(stderr, "%s: %zu of %zu\n", p->label, p->done, p->total);
}

void progress_end(Progress *p) {
    if (p->quiet || !p->terminal) return;
    draw(p);
    fputc('\n', stderr);
}
