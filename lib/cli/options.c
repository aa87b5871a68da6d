#include "lib/cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/version.h"

enum { FIRST_LONG = 256, MAX_OPTIONS = 80, HELP_COLUMN = 30, HELP_WIDTH = 100 };

static bool takes_value(const Option *o) {
    return o->type != OPTION_FLAG && o->type != OPTION_UNFLAG;
}

static void print_wrapped(const char *text, size_t indent) {
    size_t column = indent;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column + n > HELP_WIDTH && column > indent) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)printf("%.*s", (int)n, text);
        text += n;
        if (*text == ' ') {
            text++;
            column += (size_t)printf(" ");
        }
    }
}

static void print_default(const Option *o, char *text, size_t size) {
    text[0] = '\0';
    if (o->type == OPTION_INT) snprintf(text, size, " [%ld]", *(const long *)o->value);
    if (o->type == OPTION_SIZE) snprintf(text, size, " [%zu]", *(const size_t *)o->value);
    if (o->type == OPTION_REAL) snprintf(text, size, " [%g]", *(const double *)o->value);
    if ((o->type == OPTION_TEXT || o->type == OPTION_CHOICE) && *(const char *const *)o->value)
        snprintf(text, size, " [%s]", *(const char *const *)o->value);
}

static void print_option(const Option *o) {
    char head[120], text[1400], value[160];
    if (!o->name) {
        printf("\n%s:\n", o->help);
        return;
    }
    int n = o->letter ? snprintf(head, sizeof head, "  -%c, --%s", o->letter, o->name)
                      : snprintf(head, sizeof head, "      --%s", o->name);
    if (takes_value(o)) n += snprintf(head + n, sizeof head - (size_t)n, " %s", o->argument);
    print_default(o, value, sizeof value);
    snprintf(text, sizeof text, "%s%s", o->help, value);
    if (n < HELP_COLUMN - 1)
        printf("%-*s", HELP_COLUMN, head);
    else
        printf("%s\n%*s", head, HELP_COLUMN, "");
    print_wrapped(text, HELP_COLUMN);
    printf("\n");
}

static int print_help(const Program *p) {
    printf("Usage: %s %s\n", p->name, p->usage);
    print_wrapped(p->about, 0);
    printf("\n\nOptions:\n");
    for (size_t i = 0; i < p->count; i++) print_option(&p->options[i]);
    print_option(&(Option){.name = "help", .letter = 'h', .help = "Show this text and exit."});
    print_option(&(Option){.name = "version", .letter = 'V', .help = "Show the version and exit."});
    printf("\nExample:\n  %s\n", p->example);
    return program_finish(p, 0);
}

static int choice_ok(const char *words, const char *word) {
    size_t n = strlen(word);
    for (const char *w = words; n && *w; w += strcspn(w, "|"), w += *w == '|')
        if (strcspn(w, "|") == n && strncmp(w, word, n) == 0) return 1;
    return 0;
}

static int store(const Program *p, const Option *o, const char *text) {
    char *end = NULL;
    bool ranged = o->min != 0 || o->max != 0;
    if (o->given) *o->given = true;
    errno = 0;
    switch (o->type) {
    case OPTION_FLAG:
        *(bool *)o->value = true;
        return 0;
    case OPTION_UNFLAG:
        *(bool *)o->value = false;
        return 0;
    case OPTION_TEXT:
        *(const char **)o->value = text;
        return 0;
    case OPTION_CHOICE:
        if (!choice_ok(o->argument, text))
            return program_usage_error(p, "--%s takes one of %s, not '%s'", o->name, o->argument,
                                       text);
        *(const char **)o->value = text;
        return 0;
    case OPTION_TEXTS: {
        Error err;
        return strings_add(o->value, text, &err) ? program_report(p, &err) : 0;
    }
    case OPTION_INT:
    case OPTION_SIZE: {
        long v = strtol(text, &end, 10);
        if (end == text || *end || errno || isspace((unsigned char)text[0]))
            return program_usage_error(p, "--%s takes a whole number, not '%s'", o->name, text);
        if (ranged && ((double)v < o->min || (double)v > o->max))
            return program_usage_error(p, "--%s must lie between %.0f and %.0f, not %ld", o->name,
                                       o->min, o->max, v);
        if (o->type == OPTION_INT)
            *(long *)o->value = v;
        else if (v < 0)
            return program_usage_error(p, "--%s must not be negative", o->name);
        else
            *(size_t *)o->value = (size_t)v;
        return 0;
    }
    case OPTION_REAL: {
        double v = strtod(text, &end);
        if (end == text || *end || errno == ERANGE || v != v || v - v != 0 ||
            isspace((unsigned char)text[0]))
            return program_usage_error(p, "--%s takes a number, not '%s'", o->name, text);
        if (ranged && (v < o->min || v > o->max))
            return program_usage_error(p, "--%s must lie between %g and %g, not %g", o->name,
                                       o->min, o->max, v);
        *(double *)o->value = v;
        return 0;
    }
    }
    return 0;
}

int options_parse(const Program *p, int argc, char **argv, int *first) {
    struct option longs[MAX_OPTIONS + 3];
    char letters[2 * MAX_OPTIONS + 8] = ":hV";
    size_t count = 0, letter = strlen(letters);
    for (size_t i = 0; i < p->count && count < MAX_OPTIONS; i++) {
        const Option *o = &p->options[i];
        if (!o->name) continue;
        longs[count++] = (struct option){o->name, takes_value(o) ? required_argument : no_argument,
                                         NULL, FIRST_LONG + (int)i};
        if (o->letter) letters[letter++] = o->letter;
        if (o->letter && takes_value(o)) letters[letter++] = ':';
    }
    letters[letter] = '\0';
    longs[count++] = (struct option){"help", no_argument, NULL, 'h'};
    longs[count++] = (struct option){"version", no_argument, NULL, 'V'};
    longs[count] = (struct option){0};

    optind = 0; /* start afresh, also when called twice */
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (c == 'h') return print_help(p);
        if (c == 'V') {
            printf("%s (neverstop) %s\n", p->name, NEVERSTOP_VERSION);
            return program_finish(p, 0);
        }
        bool is_long = strncmp(argv[optind - 1], "--", 2) == 0;
        if (c == ':' && !is_long) return program_usage_error(p, "-%c needs a value", optopt);
        if (c == ':') return program_usage_error(p, "%s needs a value", argv[optind - 1]);
        if (c == '?') {
            if (is_long && (optopt == 'h' || optopt == 'V'))
                return program_usage_error(p, "--%s takes no value",
                                           optopt == 'h' ? "help" : "version");
            if (optopt > 0 && optopt < FIRST_LONG)
                return program_usage_error(p, "unknown option -%c", optopt);
            if (optopt >= FIRST_LONG)
                return program_usage_error(p, "--%s takes no value",
                                           p->options[optopt - FIRST_LONG].name);
            return program_usage_error(p, "unknown or ambiguous option %s", argv[optind - 1]);
        }
        size_t i = 0;
        if (c >= FIRST_LONG)
            i = (size_t)(c - FIRST_LONG);
        else
            while (p->options[i].letter != c) i++;
        int status = store(p, &p->options[i], optarg);
        if (status) return status;
    }
    *first = optind;
    return -1;
}

int program_usage_error(const Program *p, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s: ", p->name);
    vfprintf(stderr, format, args);
    fprintf(stderr, "; try '%s --help'\n", p->name);
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
    fprintf(stderr, "%s: warning: ", p->name);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

int program_finish(const Program *p, int status) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fprintf(stderr, "%s: cannot write the results: %s\n", p->name, strerror(errno));
    return 1;
}
