#include "metrics/report/score_print.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "lib/cli/table.h"

enum { NAME_WIDTH = 14, NAME_SIZE = 300 };

static void print_values(const ScoreLines *l, const char *name, const double *values) {
    char cells[SCORE_COLUMNS][SCORE_CELL];
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        score_cell(l, &score_columns[c], values[c], NAN, cells[c]);
    score_line(l, name, (const char(*)[SCORE_CELL])cells);
}

/* Dances' scores, and others that a row has. */
static void choose_columns(const ScoreTable *t, ScoreLines *l) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        l->shown[c] = c < SCORE_DANCE_COLUMNS;
        for (size_t i = 0; i < t->count; i++) l->shown[c] |= !isnan(t->rows[i].values[c]);
    }
}

void score_print(FILE *f, const ScoreTable *t, const ScoreSpread *spreads, size_t count,
                 ScoreFormat format) {
    ScoreLines l = {.f = f, .format = format, .name_width = NAME_WIDTH};
    char name[NAME_SIZE];
    score_lines_narrow(&l);
    choose_columns(t, &l);
    for (size_t i = 0; i < t->count; i++) {
        int width = score_name_width(t->rows[i].name);
        if (width > l.name_width) l.name_width = width;
    }
    score_lines_begin(&l, "method-seed");
    if (score_any_known(t->floor)) print_values(&l, "floor", t->floor);
    for (size_t i = 0; i < t->count; i++) print_values(&l, t->rows[i].name, t->rows[i].values);
    if (count) score_lines_rule(&l);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%.*s mean", (int)spreads[i].length, spreads[i].name);
        print_values(&l, name, spreads[i].mean);
        print_values(&l, format == SCORE_TEXT ? "      +-" : "+-", spreads[i].half_range);
    }
    score_lines_end(&l);
}

/* --- JSON --- */

/* These return whether memory was enough. Errors at horizons are left out where there are none. */
static bool add_values(cJSON *object, const double *values) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        if (c >= SCORE_DANCE_COLUMNS && isnan(values[c])) continue;
        if (!cJSON_AddNumberToObject(object, score_columns[c].key, values[c])) return false;
    }
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
    if (good && score_any_known(t->floor))
        good = score_add_known(cJSON_AddObjectToObject(root, "floor"), t->floor);
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
