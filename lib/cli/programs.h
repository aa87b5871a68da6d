/* programs.h: the list of all programs, in the order in which a pipeline runs them: what
 * `neverstop` prints and runs, and the line under NAME in manual pages. A new program is a row. */
#ifndef LIB_CLI_PROGRAMS_H
#define LIB_CLI_PROGRAMS_H

#include <stddef.h>

typedef struct {
    const char *name; /* of the file; NULL: a heading, its text in `summary` */
    const char *summary; /* one line, no full stop */
    const char *folder; /* of a shell script: "scripts", "experiments"; NULL: an executable */
} ProgramEntry;

/* All rows, *count of them; static memory. */
const ProgramEntry *programs_list(size_t *count);

/* The row with this name, or NULL. */
const ProgramEntry *programs_find(const char *name);

/* Its summary, also neverstop's own; "" for a name that is not in the list. */
const char *programs_summary(const char *name);

/* The name in the list that is nearest to what was typed: the fewest single-character insertions,
 * deletions, replacements and swaps of neighbours, at most a third of the longer name's length; or
 * one that begins with it or ends in "-" and it. NULL if there is none. */
const char *programs_nearest(const char *typed);

#endif
