/* published_print.h: one's own scores, each row with the published one below it, as text, Markdown,
 * LaTeX or JSON. */
#ifndef METRICS_REPORT_PUBLISHED_PRINT_H
#define METRICS_REPORT_PUBLISHED_PRINT_H

#include "metrics/report/published.h"
#include "metrics/report/score_lines.h"

/* A row for the floor, and for each published row two: the mean over the seeds of its method with
 * half the distance of the extremes, where there are two seeds at least, and what was published,
 * named `source`. Columns that no row has are left out. Text and Markdown end with a sentence for
 * published_orders, LaTeX with a comment. */
void published_print(FILE *f, const Published *p, const ScoreTable *t, const char *real,
                     const char *source, ScoreFormat format);

/* One object: "source", "floor", "rows", each with "row", "method", "seeds", "mean", "half_range"
 * and "published" (null: not known), and "orders", by column "pairs" and "same". */
int published_print_json(FILE *f, const Published *p, const ScoreTable *t, const char *real,
                         const char *source, Error *err);

#endif
