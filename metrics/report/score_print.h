/* score_print.h: a table of scores as text, Markdown, LaTeX or JSON. */
#ifndef METRICS_REPORT_SCORE_PRINT_H
#define METRICS_REPORT_SCORE_PRINT_H

#include "metrics/report/score_lines.h"

/* Prints the rows, then the spreads, two rows each. "-" stands for what was not scored. */
void score_print(FILE *f, const ScoreTable *t, const ScoreSpread *spreads, size_t count,
                 ScoreFormat format);

/* One object: "rows", each with "name" and the scores (null: not scored), and "methods", each with
 * "name", "rows", "mean" and "half_range". */
int score_print_json(FILE *f, const ScoreTable *t, const ScoreSpread *spreads, size_t count,
                     Error *err);

#endif
