/* published.h: a published table beside one's own scores: what its rows are, and what was printed.
 */
#ifndef METRICS_REPORT_PUBLISHED_H
#define METRICS_REPORT_PUBLISHED_H

#include "metrics/report/score_table.h"

typedef struct {
    char *label; /* owned */
    char *method; /* whose scores stand beside it (ScoreRow.method_length); owned */
    double values[SCORE_COLUMNS]; /* as score_columns have them: .39 for 39%; NaN: not published */
} PublishedRow;

typedef struct {
    PublishedRow *rows; /* in the order of the file */
    size_t count;
} Published;

/* Reads a file of JSON objects, one for each row: "row" its label, "method", and numbers under the
 * scores' keys. Errors name the file: no objects, a row without label or method, two of one method.
 */
int published_read(Published *p, const char *path, Error *err);
void published_free(Published *p);

/* Pairs of rows that the published column orders, and those whose means stand in the same order. */
typedef struct {
    size_t pairs, same;
} PublishedOrder;

/* By column, over the rows that have a published value and a mean; rows of the method `real` are
 * left out. */
void published_orders(const Published *p, const ScoreTable *t, const char *real,
                      PublishedOrder orders[SCORE_COLUMNS]);

#endif
