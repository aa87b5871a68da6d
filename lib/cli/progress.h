/* progress.h: progress of long work on stderr: a bar on a terminal, a plain line now and then
 * otherwise. */
#ifndef LIB_CLI_PROGRESS_H
#define LIB_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
    const char *label;
    size_t total, done;
    bool quiet, terminal;
    double last; /* seconds of the last print, so that plain lines come at most every 10 s */
} Progress;

void progress_start(Progress *p, const char *label, size_t total, bool quiet);
void progress_step(Progress *p, size_t done); /* done so far; safe from one thread at a time */
void progress_end(Progress *p);

#endif
