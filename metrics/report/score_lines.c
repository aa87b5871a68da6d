#include "metrics/report/score_lines.h"

#include <math.h>
#include <string.h>

#include "lib/base/utf8.h"

int score_name_width(const char *name) {
    int columns = 0;
    for (; *name; name++) columns += ((unsigned char)*name & 0xc0) != 0x80;
    return columns;
}

void score_lines_narrow(ScoreLines *l) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) l->cell_width[c] = SCORE_CELL_WIDTH;
}

static void put_number(char *text, size_t size, double value, int digits) {
    int n = snprintf(text, size, "%.*f", digits, value);
    if (n < 0 || n >= 20) snprintf(text, size, "%.3e", value);
}

void score_cell(const ScoreLines *l, const ScoreColumn *column, double value, double half_range,
                char cell[SCORE_CELL]) {
    static const char *const between[] = {
        [SCORE_TEXT] = "+-", [SCORE_MARKDOWN] = " ± ", [SCORE_LATEX] = " $\\pm$ "};
    char number[24], range[24];
    const char *unit = "";
    double factor = column->percent ? 100 : 1;
    if (column->percent) unit = l->format == SCORE_LATEX ? "\\%" : "%";
    if (isnan(value)) {
        snprintf(cell, SCORE_CELL, "-");
        return;
    }
    put_number(number, sizeof number, factor * value, column->digits);
    put_number(range, sizeof range, factor * half_range, column->digits);
    if (isnan(half_range))
        snprintf(cell, SCORE_CELL, "%s%s", number, unit);
    else
        snprintf(cell, SCORE_CELL, "%s%s%s%s", number, between[l->format], range, unit);
}

static void print_name(const ScoreLines *l, const char *name) {
    const char *special = l->format == SCORE_LATEX ? "&%$#_{}" : "|";
    char shown[400];
    for (const char *c = utf8_printable(name, shown, sizeof shown); *c; c++) {
        if (l->format == SCORE_LATEX && strchr("\\~^", *c))
            fprintf(l->f, "\\char%d{}", *c);
        else if (l->format != SCORE_TEXT && strchr(special, *c))
            fprintf(l->f, "\\%c", *c);
        else
            fputc(*c, l->f);
    }
    if (l->format == SCORE_TEXT) fprintf(l->f, "%*s", l->name_width - score_name_width(name), "");
}

void score_line(const ScoreLines *l, const char *name, const char cells[][SCORE_CELL]) {
    if (l->format == SCORE_MARKDOWN) fputs("| ", l->f);
    print_name(l, name);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        if (!l->shown[c]) continue;
        if (l->format == SCORE_TEXT)
            fprintf(l->f, " %*s", l->cell_width[c], cells[c]);
        else
            fprintf(l->f, "%s%s", l->format == SCORE_LATEX ? " & " : " | ", cells[c]);
    }
    if (l->format == SCORE_MARKDOWN) fputs(" |", l->f);
    if (l->format == SCORE_LATEX) fputs(" \\\\", l->f);
    fputc('\n', l->f);
}

void score_lines_begin(const ScoreLines *l, const char *name) {
    char cells[SCORE_COLUMNS][SCORE_CELL];
    int count = 0;
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        const ScoreColumn *column = &score_columns[c];
        count += l->shown[c];
        snprintf(cells[c], SCORE_CELL, "%s",
                 l->format == SCORE_LATEX ? column->latex : column->title);
    }
    if (l->format == SCORE_LATEX) fprintf(l->f, "\\begin{tabular}{l*{%d}{r}}\n\\hline\n", count);
    score_line(l, name, (const char(*)[SCORE_CELL])cells);
    score_lines_rule(l);
    if (l->format != SCORE_MARKDOWN) return;
    fputs("|:---|", l->f);
    for (int c = 0; c < count; c++) fputs("---:|", l->f);
    fputc('\n', l->f);
}

void score_lines_rule(const ScoreLines *l) {
    if (l->format == SCORE_LATEX) fputs("\\hline\n", l->f);
}

void score_lines_end(const ScoreLines *l) {
    score_lines_rule(l);
    if (l->format == SCORE_LATEX) fputs("\\end{tabular}\n", l->f);
}
