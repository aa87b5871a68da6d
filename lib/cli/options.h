/* options.h: command lines, from one table per program that feeds the parser, the defaults, --help,
 * the man page and the shell completion.
 *
 * GNU style (getopt_long): --name VALUE, --name=VALUE, unambiguous prefixes, clustered short flags,
 * "--" ends options. --help and --version exist everywhere. A number that does not parse or lies
 * outside its range is wrong usage.
 *
 * A program lists groups of rows, each row made by a function below:
 *
 *     const OptionGroup groups[] = {
 *         {.rows = {option_text("output", 'o', "FILE", &output, "Where the result goes."),
 *                   option_size("steps", 0, "N", &steps, 1, 1000, "Number of steps.")}},
 *         general_options(&general),
 *     };
 *     const Program program = {.name = "dance", ..., OPTION_GROUPS(groups)};
 */
#ifndef LIB_CLI_OPTIONS_H
#define LIB_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/base/file.h"

typedef enum {
    OPTION_FLAG, /* bool *: set to true */
    OPTION_UNFLAG, /* bool *: set to false (--no-x) */
    OPTION_SWITCH, /* bool *: --x sets it to true, --no-x to false */
    OPTION_INT, /* long * */
    OPTION_SIZE, /* size_t * */
    OPTION_REAL, /* double * */
    OPTION_TEXT, /* const char ** */
    OPTION_TEXTS, /* Strings * */
    OPTION_CHOICE, /* int *: index into `words` */
    OPTION_REFUSED, /* wrong usage, for the reason in `help`; not shown by --help */
} OptionType;

/* A row; made by the functions below. */
typedef struct {
    const char *name; /* long name without dashes */
    char letter; /* short name, or 0 */
    OptionType type;
    void *value; /* its content when options_parse is called is the default that --help shows */
    const char *argument; /* what --help calls the value: "FILE"; NULL for flags and choices */
    const char *const *words; /* of a choice, ended by NULL */
    const char *help; /* one or more sentences; wrapped */
    double min, max; /* of a number */
    const char *standard; /* the default in words: see option_standard; or NULL */
    bool *given; /* see option_given; or NULL */
} Option;

enum { OPTION_GROUP_MAX = 40 }; /* rows of a group, the end included */

typedef struct {
    const char *heading; /* NULL: "Options", or the heading before */
    Option rows[OPTION_GROUP_MAX]; /* up to the first without a name */
} OptionGroup;

typedef struct {
    const char *name; /* of the program */
    const char *usage; /* after the name: "[OPTION]... -o OUT FILE"; lines separated by \n */
    const char *about; /* one paragraph */
    const char *example; /* a command line */
    const OptionGroup *groups;
    size_t group_count;
} Program;

#define OPTION_GROUPS(array) .groups = (array), .group_count = sizeof(array) / sizeof *(array)

/* --- rows --- */

/* Flags: --name sets *value to true. */
Option option_flag(const char *name, char letter, bool *value, const char *help);
/* --name, which is to begin with "no-", sets *value to false. */
Option option_unflag(const char *name, bool *value, const char *help);
/* --name sets *value to true, --no-name to false. help: of what is on or off. */
Option option_switch(const char *name, bool *value, const char *help);

/* Numbers from min to max, both included. */
Option option_int(const char *name, char letter, const char *argument, long *value, double min,
                  double max, const char *help);
Option option_size(const char *name, char letter, const char *argument, size_t *value, double min,
                   double max, const char *help);
Option option_real(const char *name, char letter, const char *argument, double *value, double min,
                   double max, const char *help);

/* *value points into argv afterwards. */
Option option_text(const char *name, char letter, const char *argument, const char **value,
                   const char *help);
/* May be given more than once; each value is added to the list (copied). */
Option option_texts(const char *name, char letter, const char *argument, Strings *value,
                    const char *help);
/* One of `words` (ended by NULL); *value gets its index. A negative default shows none. */
Option option_choice(const char *name, char letter, const char *const *words, int *value,
                     const char *help);

/* An option of this program that does not apply to what else was chosen: using it is wrong usage,
 * with a message that goes on with `reason`: "--heads does not apply to ...". */
Option option_refused(const char *name, const char *reason);

/* The row, also setting *given to true when the option occurs. */
Option option_given(Option row, bool *given);
/* The row, whose default --help calls `words` instead of showing the value ("the protocol's"); "":
 * shows none. For values that mean "not given". */
Option option_standard(Option row, const char *words);

/* --- a run --- */

/* Parses argv. Returns -1 to go on, with *first the index of the first operand (argv is permuted,
 * operands last); otherwise the exit status: 0 after --help or --version, 2 after printing what is
 * wrong with a hint at --help, 1 if memory is out.
 *
 * For the build, as the only argument: --help-man prints the man page of section 1 (roff),
 * --help-options one line per option, "--NAME<tab>-LETTER or nothing<tab>ARGUMENT or nothing", the
 * ARGUMENT of a choice being its words separated by '|'. */
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
