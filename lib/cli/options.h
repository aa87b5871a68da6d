/* options.h: command-line manners, from one table per program that feeds the parser, --help and the
 * defaults.
 *
 * GNU style (getopt_long): --name VALUE, --name=VALUE, unambiguous prefixes, clustered short flags,
 * "--" ends options.
 * --help and --version exist everywhere. A number that does not parse or lies outside its range is
 * wrong usage. */
#ifndef LIB_CLI_OPTIONS_H
#define LIB_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/file.h"

typedef enum {
    OPTION_FLAG, /* bool *: set to true */
    OPTION_UNFLAG, /* bool *: set to false (--no-x) */
    OPTION_INT, /* long *, between min and max */
    OPTION_SIZE, /* size_t *, between min and max, never negative */
    OPTION_REAL, /* double *, between min and max */
    OPTION_TEXT, /* const char **: points into argv */
    OPTION_TEXTS, /* Strings *: may be given more than once */
    OPTION_CHOICE, /* const char **: one of the words in `choices`, separated by '|' */
} OptionType;

typedef struct {
    const char
        *name; /* long name without dashes; NULL starts a heading in --help (text in `help`) */
    char letter; /* short name, or 0 */
    OptionType type;
    void *value; /* its content when options_parse is called is the default that --help shows */
    const char *argument; /* what --help calls the value: "FILE"; for a choice the words: "a|b" */
    const char *help; /* one or more sentences; wrapped */
    double min, max; /* for numbers; both 0: any */
    bool *given; /* set to true when the option occurs; may be NULL */
} Option;

typedef struct {
    const char *name; /* program */
    const char
        *usage; /* after the name, e.g. "[OPTION]... -o OUT DATASET.tsv"; several lines allowed */
    const char *about; /* one paragraph */
    const char *example; /* shown under "Example:" */
    const Option *options;
    size_t count;
} Program;

/* Parses argv. Returns -1 to go on, with *first the index of the first operand (argv is permuted,
 * operands last); otherwise the exit status: 0 after --help or --version, 2 after printing what is
 * wrong with a hint at --help. */
int options_parse(const Program *program, int argc, char **argv, int *first);

/* "name: message; try 'name --help'" on stderr; returns 2. */
int program_usage_error(const Program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "name: err" on stderr; returns 1. */
int program_report(const Program *program, const Error *err);

/* "name: warning: ..." on stderr. */
void program_warn(const Program *program, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Closes stdout and checks that everything was written; returns status, or 1 after a message if it
 * was not. */
int program_finish(const Program *program, int status);

#endif
