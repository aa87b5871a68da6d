/* progress.h: how far long work has come, on stderr: a bar where a terminal belongs to this program
 * alone, a line now and then otherwise.
 *
 *   train-bank: stage 2, epoch 3 of 20 [########......................] 130/880, 2 min left
 *   train-bank: stage 2, epoch 3 of 20: 130 of 880, 2 min left
 *
 * The bar is drawn ten times a second at most. Lines come after 10 seconds, then ever more rarely:
 * no sooner than after a fiftieth of the time that has gone. They are what is printed into files
 * and pipes, by a job in the background, by one of several that `make -j` runs side by side, and
 * where the environment says NEVERSTOP_PROGRESS=lines; NEVERSTOP_PROGRESS=bar asks for the bar on
 * any terminal. Neither uses escape codes. */
#ifndef LIB_CLI_PROGRESS_H
#define LIB_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

enum { PROGRESS_LABEL = 96 };

typedef struct {
    char label[PROGRESS_LABEL]; /* what is being done */
    size_t total, done; /* total 0: not known */
    size_t first; /* what had been done when the clock was started */
    bool quiet, bar;
    size_t drawn; /* columns that the bar on the terminal takes */
    double started, last; /* seconds: of the start, of the last print */
} Progress;

/* label: what is done to what, "importing motions"; copied, control characters as '?'. quiet:
 * nothing is ever printed. */
void progress_start(Progress *p, const char *label, size_t total, bool quiet);

/* Another label for the same count: the next epoch. */
void progress_relabel(Progress *p, const char *label);

/* So much was done by an earlier run, whose speed is not this one's. */
void progress_from(Progress *p, size_t done);

/* What is done so far; to be called by one thread at a time. */
void progress_step(Progress *p, size_t done);

/* Draws the bar once more and ends its line. */
void progress_end(Progress *p);

/* The line that says what p says `now`, without an end of line, cut to `columns` - 1 columns where
 * it is a bar. Returns how many columns it takes. text holds at most `size` bytes. */
size_t progress_text(const Progress *p, double now, size_t columns, char *text, size_t size);

#endif
