#include "lib/cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/choices.h"
#include "lib/base/runtime.h"
#include "lib/base/utf8.h"
#include "lib/base/version.h"
#include "lib/cli/help.h"

static int check_range(const Program *p, const Option *o, double v, const char *text) {
    if (v >= o->min && v <= o->max) return 0;
    return program_usage_error(p, "--%s must lie between %.12g and %.12g, not %s", o->name, o->min,
                               o->max, text);
}

static int store_whole(const Program *p, const Option *o, const char *text) {
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (end == text || *end || errno || isspace((unsigned char)text[0]))
        return program_usage_error(p, "--%s takes a whole number, not '%s'", o->name, text);
    if (o->type == OPTION_SIZE && v < 0)
        return program_usage_error(p, "--%s must not be negative", o->name);
    int status = check_range(p, o, (double)v, text);
    if (status) return status;
    if (o->type == OPTION_INT)
        *(long *)o->value = v;
    else
        *(size_t *)o->value = (size_t)v;
    return 0;
}

static int store_real(const Program *p, const Option *o, const char *text) {
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    bool finite = v - v == 0;
    if (end == text || *end || errno == ERANGE || !finite || isspace((unsigned char)text[0]))
        return program_usage_error(p, "--%s takes a number, not '%s'", o->name, text);
    int status = check_range(p, o, v, text);
    if (!status) *(double *)o->value = v;
    return status;
}

static int store_choice(const Program *p, const Option *o, const char *text) {
    char list[400] = "";
    for (int i = 0; o->words[i]; i++) {
        if (strcmp(o->words[i], text) == 0) {
            *(int *)o->value = i;
            return 0;
        }
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? "|" : "", o->words[i]);
    }
    return program_usage_error(p, "--%s takes one of %s, not '%s'", o->name, list, text);
}

static int store(const Program *p, const Option *o, bool negated, const char *text) {
    Error err;
    if (o->given) *o->given = true;
    switch (o->type) {
    case OPTION_FLAG:
    case OPTION_SWITCH:
        *(bool *)o->value = !negated;
        return 0;
    case OPTION_UNFLAG:
        *(bool *)o->value = false;
        return 0;
    case OPTION_TEXT:
        *(const char **)o->value = text;
        return 0;
    case OPTION_TEXTS:
        return strings_add(o->value, text, &err) ? program_report(p, &err) : 0;
    case OPTION_CHOICE:
        return store_choice(p, o, text);
    case OPTION_INT:
    case OPTION_SIZE:
        return store_whole(p, o, text);
    case OPTION_REAL:
        return store_real(p, o, text);
    case OPTION_REFUSED:
        return program_usage_error(p, "--%s%s %s", negated ? "no-" : "", o->name, o->help);
    }
    return 0;
}

/* What getopt_long takes, made of a program's groups. A long option's value is FIRST_LONG + its
 * index here. */
enum { FIRST_LONG = 256 };

typedef struct {
    const Option *row;
    bool negated; /* the --no-x of a switch */
    char no_name[64];
} LongName;

typedef struct {
    LongName *names;
    struct option *longs;
    char *letters;
    size_t count;
} Getopt;

static void getopt_free(Getopt *g) {
    free(g->names);
    free(g->longs);
    free(g->letters);
}

static void add_name(Getopt *g, const Option *o, bool negated) {
    LongName *n = &g->names[g->count];
    *n = (LongName){.row = o, .negated = negated};
    snprintf(n->no_name, sizeof n->no_name, "no-%s", o->name);
    int takes = option_takes_value(o) ? required_argument : no_argument;
    if (o->type == OPTION_REFUSED) takes = optional_argument;
    g->longs[g->count] =
        (struct option){negated ? n->no_name : o->name, takes, NULL, FIRST_LONG + (int)g->count};
    g->count++;
}

static int getopt_prepare(Getopt *g, const Program *p) {
    size_t most = 2 * OPTION_GROUP_MAX * p->group_count + 3;
    *g = (Getopt){.names = calloc(most, sizeof *g->names),
                  .longs = calloc(most, sizeof *g->longs),
                  .letters = calloc(most + 4, 1)};
    if (!g->names || !g->longs || !g->letters) {
        Error err;
        getopt_free(g);
        error_set(&err, "out of memory");
        return program_report(p, &err);
    }
    strcpy(g->letters, ":hV");
    for (size_t i = 0; i < p->group_count; i++)
        for (const Option *o = p->groups[i].rows; o->name; o++) {
            size_t end = strlen(g->letters);
            if (o->letter) g->letters[end++] = o->letter;
            if (o->letter && option_takes_value(o)) g->letters[end] = ':';
            add_name(g, o, false);
            if (o->type == OPTION_SWITCH || o->type == OPTION_REFUSED) add_name(g, o, true);
        }
    g->longs[g->count] = (struct option){"help", no_argument, NULL, 'h'};
    g->longs[g->count + 1] = (struct option){"version", no_argument, NULL, 'V'};
    return 0;
}

/* What getopt_long answered with '?' or ':'. */
static int syntax_error(const Program *p, const Getopt *g, int answer, const char *word) {
    bool is_long = strncmp(word, "--", 2) == 0;
    if (answer == ':' && is_long) return program_usage_error(p, "%s needs a value", word);
    if (answer == ':') return program_usage_error(p, "-%c needs a value", optopt);
    if (is_long && optopt >= FIRST_LONG)
        return program_usage_error(p, "--%s takes no value", g->longs[optopt - FIRST_LONG].name);
    if (is_long && optopt == 'h') return program_usage_error(p, "--help takes no value");
    if (is_long && optopt == 'V') return program_usage_error(p, "--version takes no value");
    if (is_long) return program_usage_error(p, "unknown or ambiguous option %s", word);
    return program_usage_error(p, "unknown option -%c", optopt);
}

static int parse(const Program *p, const Getopt *g, int argc, char **argv) {
    optind = 0; /* starts over when called twice */
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, g->letters, g->longs, NULL)) != -1;) {
        if (c == 'h') {
            help_print(p);
            return program_finish(p, 0);
        }
        if (c == 'V') {
            printf("%s (neverstop) %s\n", p->name, NEVERSTOP_VERSION);
            return program_finish(p, 0);
        }
        if (c == ':' || c == '?') return syntax_error(p, g, c, argv[optind - 1]);
        size_t i = 0;
        if (c >= FIRST_LONG)
            i = (size_t)(c - FIRST_LONG);
        else
            while (g->names[i].row->letter != c) i++;
        int status = store(p, g->names[i].row, g->names[i].negated, optarg);
        if (status) return status;
    }
    return -1;
}

int options_parse(const Program *p, int argc, char **argv, int *first) {
    runtime_signals();
    if (argc == 2 && strcmp(argv[1], "--help-man") == 0) {
        help_print_man(p);
        return program_finish(p, 0);
    }
    if (argc == 2 && strcmp(argv[1], "--help-options") == 0) {
        help_print_options(p);
        return program_finish(p, 0);
    }
    if (choices_help_wanted()) {
        help_print_choices();
        return program_finish(p, 0);
    }
    Error err;
    if (choices_check(&err)) return program_report(p, &err);
    Getopt g;
    if (getopt_prepare(&g, p)) return 1;
    int status = parse(p, &g, argc, argv);
    getopt_free(&g);
    *first = optind;
    return status;
}

/* What a message says may be names out of files. */
static void print_message(const Program *p, const char *kind, const char *format, va_list args) {
    char text[2000];
    vsnprintf(text, sizeof text, format, args);
    utf8_make_printable(text);
    fprintf(stderr, "%s: %s%s", p->name, kind, text);
}

int program_usage_error(const Program *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_message(p, "", format, args);
    fprintf(stderr, "; try '%s%s --help'\n", help_command_prefix(p), p->name);
    va_end(args);
    return 2;
}

int program_report(const Program *p, const Error *err) {
    fprintf(stderr, "%s: %s\n", p->name, err->text);
    return 1;
}

void program_warn(const Program *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_message(p, "warning: ", format, args);
    fputc('\n', stderr);
    va_end(args);
}

int program_finish(const Program *p, int status) {
    bool failed = ferror(stdout); /* some time ago: errno is another failure's by now */
    if (fflush(stdout) == 0 && !failed) return status;
    if (status != 0) return status; /* its reason has been printed */
    const char *why =
        failed ? "standard output does not take them (disk full, or closed?)" : strerror(errno);
    fprintf(stderr, "%s: cannot write the results: %s\n", p->name, why);
    return 1;
}
