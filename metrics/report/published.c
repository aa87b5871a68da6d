#include "metrics/report/published.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/report/score_objects.h"

static char *text_of(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? strdup(item->valuestring) : NULL;
}

static int take_row(const cJSON *object, void *user, Error *err) {
    Published *p = user;
    PublishedRow *rows = realloc(p->rows, (p->count + 1) * sizeof *rows);
    if (!rows) return error_set(err, "out of memory for %zu rows", p->count + 1);
    p->rows = rows;
    PublishedRow *row = &rows[p->count++];
    *row = (PublishedRow){.label = text_of(object, "row"), .method = text_of(object, "method")};
    if (!row->label || !row->method)
        return error_set(err,
                         "row %zu needs \"row\" and \"method\", its label and whose scores "
                         "stand beside it",
                         p->count);
    for (size_t i = 0; i + 1 < p->count; i++)
        if (strcmp(rows[i].method, row->method) == 0)
            return error_set(err, "two rows are of method %.100s", row->method);
    for (size_t c = 0; c < SCORE_COLUMNS; c++) row->values[c] = NAN;
    score_take_values(object, row->values);
    return 0;
}

int published_read(Published *p, const char *path, Error *err) {
    *p = (Published){0};
    int status = score_objects_read(path, "a table's rows, an object each", take_row, p, err);
    if (status) published_free(p);
    return status;
}

void published_free(Published *p) {
    for (size_t i = 0; i < p->count; i++) {
        free(p->rows[i].label);
        free(p->rows[i].method);
    }
    free(p->rows);
    *p = (Published){0};
}

static int sign(double x) { return (x > 0) - (x < 0); }

static void add_pair(const double *a, const double *b, const double *mean_a, const double *mean_b,
                     PublishedOrder orders[SCORE_COLUMNS]) {
    for (size_t c = 0; c < SCORE_COLUMNS; c++) {
        double here = mean_a[c] - mean_b[c];
        int printed = sign(a[c] - b[c]);
        if (isnan(here) || printed == 0) continue; /* the sign of NaN is 0, too */
        orders[c].pairs++;
        orders[c].same += sign(here) == printed;
    }
}

void published_orders(const Published *p, const ScoreTable *t, const char *real,
                      PublishedOrder orders[SCORE_COLUMNS]) {
    memset(orders, 0, SCORE_COLUMNS * sizeof *orders);
    for (size_t i = 0; i < p->count; i++) {
        ScoreSpread a, b;
        if (strcmp(p->rows[i].method, real) == 0) continue;
        if (!score_table_spread(t, p->rows[i].method, &a)) continue;
        for (size_t k = 0; k < i; k++) {
            if (strcmp(p->rows[k].method, real) == 0) continue;
            if (!score_table_spread(t, p->rows[k].method, &b)) continue;
            add_pair(p->rows[i].values, p->rows[k].values, a.mean, b.mean, orders);
        }
    }
}
