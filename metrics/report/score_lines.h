/* score_lines.h: lines of a table of scores as text, Markdown or LaTeX. */
#ifndef METRICS_REPORT_SCORE_LINES_H
#define METRICS_REPORT_SCORE_LINES_H

#include "metrics/report/score_table.h"

typedef enum { SCORE_TEXT, SCORE_MARKDOWN, SCORE_LATEX } ScoreFormat;

enum { SCORE_CELL = 64 };

typedef struct {
    FILE *f;
    ScoreFormat format;
    int name_width, cell_width[SCORE_COLUMNS]; /* of text, in columns of a terminal */
    bool shown[SCORE_COLUMNS]; /* the columns that the table has */
} ScoreLines;

/* Cells at least as wide as every title. */
enum { SCORE_CELL_WIDTH = 9 };
void score_lines_narrow(ScoreLines *l);

/* Columns of a terminal that a name takes: its code points. */
int score_name_width(const char *name);

/* A value as its column prints it; "-" for NaN. half_range: printed behind it; NaN: none. */
void score_cell(const ScoreLines *l, const ScoreColumn *column, double value, double half_range,
                char cell[SCORE_CELL]);

/* The titles, the first column's being `name`, with what the format has before and after them. */
void score_lines_begin(const ScoreLines *l, const char *name);

/* A row. What the format gives a meaning to is escaped in `name`; control characters are '?'. */
void score_line(const ScoreLines *l, const char *name, const char cells[][SCORE_CELL]);

/* A rule between rows, where the format has one; the end. */
void score_lines_rule(const ScoreLines *l);
void score_lines_end(const ScoreLines *l);

#endif
