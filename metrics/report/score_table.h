/* score_table.h: the scores of several sets of dances side by side, as freeze-rate, eval-fid,
 * beat-align and pa-mpjpe print them with --json. */
#ifndef METRICS_REPORT_SCORE_TABLE_H
#define METRICS_REPORT_SCORE_TABLE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/base/error.h"

/* The scores of dances come first; then errors at horizons (Table 7), in mm by frames after the
 * seed. */
enum { SCORE_COLUMNS = 18, SCORE_DANCE_COLUMNS = 13 };

typedef struct {
    const char *key; /* in the programs' JSON */
    const char *title;
    const char *latex; /* the title in LaTeX */
    int digits; /* after the point */
    bool percent;
    bool to_real; /* a distance from the real dances, which the real dances do not have */
    const char *floor_key; /* in their JSON, of what it is to be compared with; NULL: none */
} ScoreColumn;

extern const ScoreColumn score_columns[SCORE_COLUMNS];

typedef struct {
    char *name; /* the file's, without folder and ending; owned */
    size_t method_length; /* bytes of `name` before the last '-', or all: "full-2" is of "full" */
    double values[SCORE_COLUMNS]; /* NaN: not scored */
} ScoreRow;

typedef struct {
    ScoreRow *rows; /* in the order of the files */
    size_t count;
    /* What to compare with, of the first file of dances not real that says it (NaN: none does):
     * FIDs of real dances' halves and Dist of their clips (real_floor.h), BeatAlign by chance. */
    double floor[SCORE_COLUMNS];
} ScoreTable;

/* Columns without a value yet (NaN) take the number that the object itself has under their key. */
void score_take_values(const cJSON *object, double values[SCORE_COLUMNS]);

/* Whether there is a value that is not NaN. */
bool score_any_known(const double values[SCORE_COLUMNS]);
/* Adds these under their keys; false: memory is out, or object is NULL. */
bool score_add_known(cJSON *object, const double values[SCORE_COLUMNS]);

/* Reads files of one or more JSON objects each; a column's value is the first number of that key
 * that an object itself has (not one nested in it). real: name of the row that holds the real
 * dances' own scores. Errors name the file: one that is not JSON objects, or two of one name. */
int score_table_read(ScoreTable *t, char *const *paths, size_t count, const char *real, Error *err);
void score_table_free(ScoreTable *t);

/* A method with several rows: the mean of each column and half the distance between its extremes;
 * NaN where a row has no value. */
typedef struct {
    const char *name; /* borrowed from a row; `length` bytes of it */
    size_t length, count;
    double mean[SCORE_COLUMNS], half_range[SCORE_COLUMNS];
} ScoreSpread;

/* Of one method's rows; false: there are none. */
bool score_table_spread(const ScoreTable *t, const char *method, ScoreSpread *out);

/* The spreads of all methods with at least two rows, in order of appearance; *out is owned, free()
 * it. real: as above; it is not a method. */
int score_table_spreads(const ScoreTable *t, const char *real, ScoreSpread **out, size_t *count,
                        Error *err);

#endif
