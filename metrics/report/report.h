/* report.h: results of measured dances: a table on stdout, or one JSON object, and a table of
 * single dances in a file. */
#ifndef METRICS_REPORT_REPORT_H
#define METRICS_REPORT_REPORT_H

#include "lib/cli/table.h"
#include "metrics/bootstrap.h"
#include "metrics/report/batch.h"

/* Values of one dance. */
typedef void (*RowOf)(const void *result, const void *context, double *values);

/* The first six are the caller's to fill. */
typedef struct {
    const EvalOptions *options;
    const EvalResults *dances;
    const Column *columns;
    size_t count; /* of columns */
    RowOf row; /* NULL if there is none for a single dance */
    const void *context; /* of `row` */
    int width; /* of the names in front of text rows */
    cJSON *json; /* NULL: text */
    double *values; /* [count] of the set, after report_summarise */
    Interval *intervals; /* [count] */
    bool failed; /* memory was out */
} Report;

/* Computes r->values for all dances and, with --bootstrap, r->intervals of all columns but the
 * first `counts`. Before report_begin, which prints. */
int report_summarise(Report *r, Statistics set, const void *context, size_t counts, Error *err);

/* Writes the table of --per-sequence (tab-separated, NaN: "nan"); nothing is printed before. */
int report_begin(Report *r, Error *err);
/* The line of titles (text), and a row for every dance with -v. */
void report_dances(Report *r);
/* A row of its own; in JSON an object of that name, or with `name` "all" or "" the main object's
 * values. */
void report_row(Report *r, const char *name, const double *values);
/* A second table, with columns of its own: in JSON a list called `key`, to which report_table_row
 * adds an object for each row. `heading`: the line above its titles in text. */
typedef struct {
    const Column *columns;
    size_t count;
    cJSON *list; /* NULL: text */
} ReportTable;

ReportTable report_table(Report *r, const char *key, const char *heading, const Column *columns,
                         size_t count);
void report_table_row(Report *r, const ReportTable *t, const double *values);

/* With --bootstrap: rows for the ends of the 95% intervals, [count]. */
void report_intervals(Report *r, const Interval *intervals);
/* Members of the JSON; what memory is missing for makes report_end fail. */
cJSON *report_object(Report *r, cJSON *parent, const char *key);
void report_number(Report *r, cJSON *object, const char *key, double value);
void report_text(Report *r, cJSON *object, const char *key, const char *text);
void report_flag(Report *r, cJSON *object, const char *key, bool value);
/* Prints what is left and frees what the report owns, which report_free does without a print. */
int report_end(Report *r, Error *err);
void report_free(Report *r);

#endif
