#include "metrics/report/score_print.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"
#include "lib/cli/table.h"

enum { NAME_WIDTH = 14, CELL_WIDTH = 9, CELL_SIZE = 40, NAME_SIZE = 300 };

typedef struct {
    FILE *f;
    ScoreFormat format;
    int name_width;
} Printer;

static void cell_text(const Printer *p, const ScoreColumn *column, double value,
                      char cell[CELL_SIZE]) {
    if (isnan(value)) {
        snprintf(cell, CELL_SIZE, "-");
        return;
    }
    double shown = column->percent ? 100 * value : value;
    int n = snprintf(cell, CELL_SIZE - 3, "%.*f", column->digits, shown);
    if (n >= CELL_SIZE - 3) n = snprintf(cell, CELL_SIZE - 3, "%.3e", shown);
    if (column->percent) strcpy(cell + n, p->format == SCORE_LATEX ? "\\%" : "%");
}

/* Columns of a name on a terminal: its code points. */
static int name_columns(const char *name) {
    int columns = 0;
    for (; *name; name++) columns += ((unsigned char)*name & 0xc0) != 0x80;
    return columns;
}

/* A name with what the format gives a meaning to escaped; control characters are '?'. */
static void print_name(const Printer *p, const char *name) {
    const char *special = p->format == SCORE_LATEX ? "&%$#_{}" : "|";
    char shown[400];
    for (const char *c = utf8_printable(name, shown, sizeof shown); *c; c++) {
        if (p->format == SCORE_LATEX && strchr("\\~^", *c))
            fprintf(p->f, "\\char%d{}", *c);
        else if (p->format != SCORE_TEXT && strchr(special, *c))
            fprintf(p->f, "\\%c", *c);
        else
            fputc(*c, p->f);
    }
    if (p->format == SCORE_TEXT) fprintf(p->f, "%*s", p->name_width - name_columns(name), "");
}

static void print_line(const Printer *p, const char *name,
                       const char cells[SCORE_COLUMNS][CELL_SIZE]) {
    if (p->format == SCORE_MARKDOWN) fputs("| ", p->f);
    print_name(p, name);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        if (p->format == SCORE_TEXT)
            fprintf(p->f, " %*s", CELL_WIDTH, cells[c]);
        else
            fprintf(p->f, "%s%s", p->format == SCORE_LATEX ? " & " : " | ", cells[c]);
    }
    if (p->format == SCORE_MARKDOWN) fputs(" |", p->f);
    if (p->format == SCORE_LATEX) fputs(" \\\\", p->f);
    fputc('\n', p->f);
}

static void print_values(const Printer *p, const char *name, const double *values) {
    char cells[SCORE_COLUMNS][CELL_SIZE];
    for (size_t c = 0; c < SCORE_COLUMNS; c++) cell_text(p, &score_columns[c], values[c], cells[c]);
    print_line(p, name, (const char(*)[CELL_SIZE])cells);
}

static void print_titles(const Printer *p) {
    char cells[SCORE_COLUMNS][CELL_SIZE];
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        const ScoreColumn *column = &score_columns[c];
        snprintf(cells[c], CELL_SIZE, "%s",
                 p->format == SCORE_LATEX ? column->latex : column->title);
    }
    if (p->format == SCORE_LATEX)
        fprintf(p->f, "\\begin{tabular}{l*{%d}{r}}\n\\hline\n", SCORE_COLUMNS);
    print_line(p, "method-seed", (const char(*)[CELL_SIZE])cells);
    if (p->format == SCORE_LATEX) fputs("\\hline\n", p->f);
    if (p->format != SCORE_MARKDOWN) return;
    fputs("|:---|", p->f);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) fputs("---:|", p->f);
    fputc('\n', p->f);
}

void score_print(FILE *f, const ScoreTable *t, const ScoreSpread *spreads, size_t count,
                 ScoreFormat format) {
    Printer p = {f, format, NAME_WIDTH};
    char name[NAME_SIZE];
    for (size_t i = 0; i < t->count; i++) {
        int length = name_columns(t->rows[i].name);
        if (length > p.name_width) p.name_width = length;
    }
    print_titles(&p);
    if (!isnan(t->floor[0])) {
        double values[SCORE_COLUMNS];
        score_table_floor(t, values);
        print_values(&p, "floor", values);
    }
    for (size_t i = 0; i < t->count; i++) print_values(&p, t->rows[i].name, t->rows[i].values);
    if (format == SCORE_LATEX && count) fputs("\\hline\n", f);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%.*s mean", (int)spreads[i].length, spreads[i].name);
        print_values(&p, name, spreads[i].mean);
        print_values(&p, format == SCORE_TEXT ? "      +-" : "+-", spreads[i].half_range);
    }
    if (format == SCORE_LATEX) fputs("\\hline\n\\end{tabular}\n", f);
}

/* --- JSON --- */

/* These return whether memory was enough. */
static bool add_values(cJSON *object, const double *values) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        if (!cJSON_AddNumberToObject(object, score_columns[c].key, values[c])) return false;
    return true;
}

/* An object that has a name, at the end of a list; NULL if memory is out. */
static cJSON *add_named(cJSON *list, const char *name) {
    cJSON *object = cJSON_CreateObject();
    if (cJSON_AddStringToObject(object, "name", name) && cJSON_AddItemToArray(list, object))
        return object;
    cJSON_Delete(object);
    return NULL;
}

static bool add_spread(cJSON *methods, const ScoreSpread *s) {
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)s->length, s->name);
    cJSON *method = add_named(methods, name);
    return cJSON_AddNumberToObject(method, "rows", (double)s->count) &&
           add_values(cJSON_AddObjectToObject(method, "mean"), s->mean) &&
           add_values(cJSON_AddObjectToObject(method, "half_range"), s->half_range);
}

int score_print_json(FILE *f, const ScoreTable *t, const ScoreSpread *spreads, size_t count,
                     Error *err) {
    cJSON *root = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    cJSON *methods = cJSON_AddArrayToObject(root, "methods");
    bool good = rows && methods;
    if (good && !isnan(t->floor[0])) {
        cJSON *floor = cJSON_AddObjectToObject(root, "floor");
        good = cJSON_AddNumberToObject(floor, "fid_k", t->floor[0]) &&
               cJSON_AddNumberToObject(floor, "fid_g", t->floor[1]);
    }
    for (size_t i = 0; i < t->count && good; i++)
        good = add_values(add_named(rows, t->rows[i].name), t->rows[i].values);
    for (size_t i = 0; i < count && good; i++) good = add_spread(methods, &spreads[i]);
    char *text = good ? cJSON_PrintUnformatted(root) : NULL;
    cJSON_Delete(root);
    if (!text) return error_set(err, "out of memory");
    table_put_json(f, text);
    cJSON_free(text);
    return 0;
}
