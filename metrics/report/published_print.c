#include "metrics/report/published_print.h"

#include <math.h>
#include <string.h>

#include "lib/cli/table.h"

enum { NAME_SIZE = 300 };

static void clear(double values[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) values[c] = NAN;
}

/* A row's mean; half_range is NaN with one seed. false: there are no scores. */
static bool find_scores(const ScoreTable *t, const char *method, ScoreSpread *s) {
    if (!score_table_spread(t, method, s)) {
        *s = (ScoreSpread){.name = method, .length = strlen(method)};
        clear(s->mean);
        clear(s->half_range);
        return false;
    }
    if (s->count < 2) clear(s->half_range);
    return true;
}

/* half_range may be NULL, here and below: there is none. */
static void make_cells(const ScoreLines *l, const double *values, const double *half_range,
                       char cells[SCORE_COLUMNS][SCORE_CELL]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++)
        score_cell(l, &score_columns[c], values[c], half_range ? half_range[c] : NAN, cells[c]);
}

static void widen(ScoreLines *l, const char *name, const double *values, const double *half_range) {
    char cells[SCORE_COLUMNS][SCORE_CELL];
    make_cells(l, values, half_range, cells);
    if (score_name_width(name) > l->name_width) l->name_width = score_name_width(name);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        int width = (int)strlen(cells[c]);
        l->shown[c] |= !isnan(values[c]);
        if (width > l->cell_width[c]) l->cell_width[c] = width;
    }
}

static void print_row(ScoreLines *l, const char *name, const double *values,
                      const double *half_range) {
    char cells[SCORE_COLUMNS][SCORE_CELL];
    make_cells(l, values, half_range, cells);
    score_line(l, name, (const char(*)[SCORE_CELL])cells);
}

typedef void RowOf(ScoreLines *l, const char *name, const double *values, const double *half_range);

/* Calls row_of for every line of the table. */
static void each_line(ScoreLines *l, const Published *p, const ScoreTable *t, const char *source,
                      RowOf *row_of) {
    char name[NAME_SIZE];
    if (score_any_known(t->floor)) row_of(l, "floor", t->floor, NULL);
    for (size_t i = 0; i < p->count; i++) {
        const PublishedRow *row = &p->rows[i];
        ScoreSpread s;
        find_scores(t, row->method, &s);
        row_of(l, row->label, s.mean, s.half_range);
        snprintf(name, sizeof name, "  %s", source);
        if (score_any_known(row->values)) row_of(l, name, row->values, NULL);
    }
}

static void print_orders(FILE *f, const PublishedOrder orders[SCORE_COLUMNS], const char *source,
                         ScoreFormat format) {
    PublishedOrder all = {0, 0};
    const char *between = " (";
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        all.pairs += orders[c].pairs;
        all.same += orders[c].same;
    }
    if (all.pairs == 0) return;
    if (format != SCORE_LATEX) fputc('\n', f);
    fprintf(f, "%sPairs of rows in the same order as in %s: %zu of %zu",
            format == SCORE_LATEX ? "% " : "", source, all.same, all.pairs);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        if (orders[c].pairs == 0) continue;
        fprintf(f, "%s%s: %zu of %zu", between, score_columns[c].title, orders[c].same,
                orders[c].pairs);
        between = ", ";
    }
    fputs(").\n", f);
}

void published_print(FILE *f, const Published *p, const ScoreTable *t, const char *real,
                     const char *source, ScoreFormat format) {
    ScoreLines l = {.f = f, .format = format};
    PublishedOrder orders[SCORE_COLUMNS];
    score_lines_narrow(&l);
    each_line(&l, p, t, source, widen);
    score_lines_begin(&l, "");
    each_line(&l, p, t, source, print_row);
    score_lines_end(&l);
    published_orders(p, t, real, orders);
    print_orders(f, orders, source, format);
}

/* --- JSON: these return whether memory was enough --- */

static bool add_row(cJSON *rows, const PublishedRow *row, const ScoreTable *t) {
    ScoreSpread s;
    find_scores(t, row->method, &s);
    cJSON *object = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(rows, object)) {
        cJSON_Delete(object);
        return false;
    }
    return cJSON_AddStringToObject(object, "row", row->label) &&
           cJSON_AddStringToObject(object, "method", row->method) &&
           cJSON_AddNumberToObject(object, "seeds", (double)s.count) &&
           score_add_known(cJSON_AddObjectToObject(object, "mean"), s.mean) &&
           score_add_known(cJSON_AddObjectToObject(object, "half_range"), s.half_range) &&
           score_add_known(cJSON_AddObjectToObject(object, "published"), row->values);
}

static bool add_orders(cJSON *root, const PublishedOrder orders[SCORE_COLUMNS]) {
    cJSON *object = cJSON_AddObjectToObject(root, "orders");
    bool good = object != NULL;
    for (size_t c = 0; c < SCORE_COLUMNS && good; c++) {
        if (orders[c].pairs == 0) continue;
        cJSON *column = cJSON_AddObjectToObject(object, score_columns[c].key);
        good = cJSON_AddNumberToObject(column, "pairs", (double)orders[c].pairs) &&
               cJSON_AddNumberToObject(column, "same", (double)orders[c].same);
    }
    return good;
}

int published_print_json(FILE *f, const Published *p, const ScoreTable *t, const char *real,
                         const char *source, Error *err) {
    PublishedOrder orders[SCORE_COLUMNS];
    cJSON *root = cJSON_CreateObject();
    published_orders(p, t, real, orders);
    bool good = cJSON_AddStringToObject(root, "source", source) &&
                score_add_known(cJSON_AddObjectToObject(root, "floor"), t->floor);
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (size_t i = 0; i < p->count && good; i++) good = add_row(rows, &p->rows[i], t);
    if (!good || !add_orders(root, orders)) {
        cJSON_Delete(root);
        return error_set(err, "out of memory");
    }
    return table_print_json(f, root) ? error_set(err, "out of memory") : 0;
}
