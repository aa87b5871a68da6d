/* option_rows.c: the rows of options.h. */
#include "lib/cli/options.h"

Option option_flag(const char *name, char letter, bool *value, const char *help) {
    return (Option){
        .name = name, .letter = letter, .type = OPTION_FLAG, .value = value, .help = help};
}

Option option_unflag(const char *name, bool *value, const char *help) {
    return (Option){.name = name, .type = OPTION_UNFLAG, .value = value, .help = help};
}

Option option_switch(const char *name, bool *value, const char *help) {
    return (Option){.name = name, .type = OPTION_SWITCH, .value = value, .help = help};
}

static Option number(OptionType type, const char *name, char letter, const char *argument,
                     void *value, double min, double max, const char *help) {
    return (Option){.name = name,
                    .letter = letter,
                    .type = type,
                    .value = value,
                    .argument = argument,
                    .help = help,
                    .min = min,
                    .max = max};
}

Option option_int(const char *name, char letter, const char *argument, long *value, double min,
                  double max, const char *help) {
    return number(OPTION_INT, name, letter, argument, value, min, max, help);
}

Option option_size(const char *name, char letter, const char *argument, size_t *value, double min,
                   double max, const char *help) {
    return number(OPTION_SIZE, name, letter, argument, value, min, max, help);
}

Option option_real(const char *name, char letter, const char *argument, double *value, double min,
                   double max, const char *help) {
    return number(OPTION_REAL, name, letter, argument, value, min, max, help);
}

Option option_text(const char *name, char letter, const char *argument, const char **value,
                   const char *help) {
    return number(OPTION_TEXT, name, letter, argument, value, 0, 0, help);
}

Option option_texts(const char *name, char letter, const char *argument, Strings *value,
                    const char *help) {
    return number(OPTION_TEXTS, name, letter, argument, value, 0, 0, help);
}

Option option_choice(const char *name, char letter, const char *const *words, int *value,
                     const char *help) {
    return (Option){.name = name,
                    .letter = letter,
                    .type = OPTION_CHOICE,
                    .value = value,
                    .words = words,
                    .help = help};
}

Option option_refused(const char *name, const char *reason) {
    return (Option){.name = name, .type = OPTION_REFUSED, .help = reason};
}

Option option_given(Option row, bool *given) {
    row.given = given;
    return row;
}

Option option_standard(Option row, const char *words) {
    row.standard = words;
    return row;
}
