#include "lib/cli/help.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/choices.h"
#include "lib/base/version.h"
#include "lib/cli/programs.h"

enum { HELP_COLUMN = 30, HELP_WIDTH = 100, HEAD_SIZE = 400 };

bool option_takes_value(const Option *row) {
    return row->type != OPTION_FLAG && row->type != OPTION_UNFLAG && row->type != OPTION_SWITCH;
}

/* "FILE", or "a|b|c". */
static void argument_text(const Option *o, char *text, size_t size) {
    text[0] = '\0';
    if (o->argument) snprintf(text, size, "%s", o->argument);
    for (size_t i = 0; o->words && o->words[i]; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i ? "|" : "", o->words[i]);
    }
}

/* "20", or nothing where there is no default. */
static void default_text(const Option *o, char *text, size_t size) {
    text[0] = '\0';
    if (o->standard) {
        snprintf(text, size, "%s", o->standard);
        return;
    }
    switch (o->type) {
    case OPTION_INT:
        snprintf(text, size, "%ld", *(const long *)o->value);
        return;
    case OPTION_SIZE:
        snprintf(text, size, "%zu", *(const size_t *)o->value);
        return;
    case OPTION_REAL:
        snprintf(text, size, "%g", *(const double *)o->value);
        return;
    case OPTION_SWITCH:
        snprintf(text, size, "%s", *(const bool *)o->value ? "yes" : "no");
        return;
    case OPTION_TEXT:
        if (*(const char *const *)o->value)
            snprintf(text, size, "%s", *(const char *const *)o->value);
        return;
    case OPTION_CHOICE:
        if (*(const int *)o->value >= 0)
            snprintf(text, size, "%s", o->words[*(const int *)o->value]);
        return;
    case OPTION_FLAG:
    case OPTION_UNFLAG:
    case OPTION_TEXTS:
    case OPTION_REFUSED:
        return;
    }
}

/* --- --help --- */

/* Words at blanks; the line breaks within `text` stay. */
static void print_wrapped(const char *text, size_t indent) {
    size_t column = indent;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > indent && column + 1 + n > HELP_WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        }
        if (column > indent) column += (size_t)printf(" ");
        column += (size_t)printf("%.*s", (int)n, text);
        text += n;
        text += strspn(text, " ");
    }
}

static void print_option(const Option *o) {
    char head[HEAD_SIZE], argument[HEAD_SIZE / 2], value[160], text[2000];
    argument_text(o, argument, sizeof argument);
    default_text(o, value, sizeof value);
    const char *no = o->type == OPTION_SWITCH ? "[no-]" : "";
    const char *blank = argument[0] ? " " : "";
    int n = o->letter
                ? snprintf(head, sizeof head, "  -%c, --%s%s%s%s", o->letter, no, o->name, blank,
                           argument)
                : snprintf(head, sizeof head, "      --%s%s%s%s", no, o->name, blank, argument);
    if (value[0])
        snprintf(text, sizeof text, "%s [%s]", o->help, value);
    else
        snprintf(text, sizeof text, "%s", o->help);
    if (n < HELP_COLUMN - 1)
        printf("%-*s", HELP_COLUMN, head);
    else
        printf("%s\n%*s", head, HELP_COLUMN, "");
    print_wrapped(text, HELP_COLUMN);
    printf("\n");
}

static const Option help_row = {.name = "help", .letter = 'h', .help = "Show this text and exit."};
static const Option version_row = {
    .name = "version", .letter = 'V', .help = "Show the version and exit."};

const char *help_command_prefix(const Program *p) {
    if (strcmp(p->name, "neverstop") == 0) return "";
    return getenv("NEVERSTOP_COMMAND") ? "neverstop " : "";
}

void help_print(const Program *p) {
    const char *prefix = help_command_prefix(p);
    printf("Usage: ");
    for (const char *line = p->usage; *line;) {
        size_t n = strcspn(line, "\n");
        printf("%s%s%s %.*s\n", line == p->usage ? "" : "   or: ", prefix, p->name, (int)n, line);
        line += n + (line[n] == '\n');
    }
    print_wrapped(p->about, 0);
    printf("\n");
    if (!p->group_count || p->groups[0].heading) printf("\nOptions:\n");
    for (size_t g = 0; g < p->group_count; g++) {
        const OptionGroup *group = &p->groups[g];
        if (group->heading || g == 0)
            printf("\n%s:\n", group->heading ? group->heading : "Options");
        for (const Option *o = group->rows; o->name; o++)
            if (o->type != OPTION_REFUSED) print_option(o);
    }
    print_option(&help_row);
    print_option(&version_row);
    printf("\nExample:\n  %s%s\n", prefix, p->example);
    printf("\nNEVERSTOP_USE=help %s%s lists what can be chosen for this machine.\n", prefix,
           p->name);
}

void help_print_choices(void) {
    printf("NEVERSTOP_USE=\"NAME=WAY...\" says how programs compute; the default is the first way "
           "that\nthe machine offers, NEVERSTOP_USE=portable the last one\nof all but the tests. "
           "[not offered here]\n\n");
    for (Choice c = 0; c < CHOICES; c++) {
        printf("%-10s", choice_name(c));
        for (int way = 0; choice_way(c, way); way++)
            printf(choice_offered(c, way) ? " %s" : " [%s]", choice_way(c, way));
        printf("\n           ");
        print_wrapped(choice_help(c), 11);
        printf("\n");
    }
}

/* --- --help-man --- */

/* Text of a roff paragraph: backslashes and hyphens escaped, no line that begins like a request. */
static void print_roff(const char *text) {
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) printf("\\&");
        if (*text == '\\')
            printf("\\e");
        else if (*text == '-')
            printf("\\-");
        else
            putchar(*text);
        line_start = *text == '\n';
    }
}

/* `neverstop beat-align`: how an installed program is called. */
static void print_command(const Program *p) {
    printf("neverstop");
    if (strcmp(p->name, "neverstop") != 0) printf(" "), print_roff(p->name);
}

static void print_roff_option(const Option *o) {
    char argument[HEAD_SIZE / 2], value[160];
    argument_text(o, argument, sizeof argument);
    default_text(o, value, sizeof value);
    printf(".TP\n");
    if (o->letter) printf("\\fB\\-%c\\fR, ", o->letter);
    printf("\\fB\\-\\-%s", o->type == OPTION_SWITCH ? "\\fR[\\fBno\\-\\fR]\\fB" : "");
    print_roff(o->name);
    printf("\\fR");
    if (argument[0]) printf(o->words ? " \\fB" : " \\fI"), print_roff(argument), printf("\\fR");
    printf("\n");
    print_roff(o->help);
    if (value[0]) printf(" Default: "), print_roff(value), printf(".");
    printf("\n");
}

static void print_roff_programs(void) {
    size_t count;
    const ProgramEntry *entries = programs_list(&count);
    printf(".SH PROGRAMS\n");
    for (size_t i = 0; i < count; i++) {
        printf(entries[i].name ? ".TP\n\\fB" : ".SS ");
        if (entries[i].name) print_roff(entries[i].name), printf("\\fR\n");
        print_roff(entries[i].summary);
        printf("\n");
    }
}

void help_print_man(const Program *p) {
    bool main_program = strcmp(p->name, "neverstop") == 0;
    printf(".TH \"NEVERSTOP");
    if (!main_program) {
        printf("\\-");
        for (const char *c = p->name; *c; c++)
            *c == '-' ? printf("\\-") : putchar(toupper((unsigned char)*c));
    }
    printf("\" 1 \"\" \"neverstop %s\" \"User Commands\"\n", NEVERSTOP_VERSION);
    printf(".SH NAME\nneverstop");
    if (!main_program) printf("\\-"), print_roff(p->name);
    printf(" \\- ");
    print_roff(programs_summary(p->name));
    printf("\n.SH SYNOPSIS\n.nf\n");
    for (const char *line = p->usage; *line;) {
        char one[1000];
        size_t n = strcspn(line, "\n");
        snprintf(one, sizeof one, "%.*s", (int)n, line);
        printf("\\fB"), print_command(p), printf("\\fR ");
        print_roff(one);
        printf("\n");
        line += n + (line[n] == '\n');
    }
    printf(".fi\n.SH DESCRIPTION\n");
    print_roff(p->about);
    printf("\n");
    if (main_program) print_roff_programs();
    printf(".SH OPTIONS\n");
    for (size_t g = 0; g < p->group_count; g++) {
        const OptionGroup *group = &p->groups[g];
        if (group->heading) printf(".SS "), print_roff(group->heading), printf("\n");
        for (const Option *o = group->rows; o->name; o++)
            if (o->type != OPTION_REFUSED) print_roff_option(o);
    }
    print_roff_option(&help_row);
    print_roff_option(&version_row);
    printf(".SH ENVIRONMENT\n.TP\n.B NEVERSTOP_USE\nWhich of several ways of computing is taken; "
           "\\fBNEVERSTOP_USE=help\\fR lists them.\n");
    printf(".SH EXIT STATUS\n0 if all went well, 1 if an input is bad or something failed, 2 after "
           "wrong usage.\n.SH EXAMPLE\n.nf\n");
    if (!main_program) printf("neverstop ");
    print_roff(p->example);
    printf("\n.fi\n");
    if (!main_program) printf(".SH SEE ALSO\n.BR neverstop (1)\n");
}

/* --- --help-options --- */

static void print_line(const Option *o, const char *no) {
    char argument[HEAD_SIZE / 2], letter[3] = "";
    argument_text(o, argument, sizeof argument);
    if (o->letter) snprintf(letter, sizeof letter, "-%c", o->letter);
    printf("--%s%s\t%s\t%s\n", no, o->name, letter, argument);
}

void help_print_options(const Program *p) {
    for (size_t g = 0; g < p->group_count; g++)
        for (const Option *o = p->groups[g].rows; o->name; o++) {
            if (o->type == OPTION_REFUSED) continue;
            print_line(o, "");
            if (o->type == OPTION_SWITCH) print_line(o, "no-");
        }
    print_line(&help_row, "");
    print_line(&version_row, "");
}
