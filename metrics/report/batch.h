/* batch.h: what the programs that measure dances have in common: options, dances read in parallel,
 * tables of results. */
#ifndef METRICS_REPORT_BATCH_H
#define METRICS_REPORT_BATCH_H

#include "lib/cli/general_options.h"
#include "lib/cli/table.h"
#include "lib/motion/import/pose_source.h"
#include "metrics/bootstrap.h"

typedef struct {
    const char *skeleton, *per_sequence;
    long seed_frames, resamples, bootstrap_seed;
    bool skip_bad, verbose, json;
    GeneralOptions general;
} EvalOptions;

/* Options that all of them have: which dances are read and how, and what is printed. */
OptionGroup eval_input_options(EvalOptions *m);
OptionGroup eval_result_options(EvalOptions *m);

/* --- dances --- */

typedef struct {
    Strings files; /* that were measured */
    void *results; /* one of `size` bytes for each */
    size_t size, named; /* files that the operands name, those left out too */
    size_t resampled; /* dances that are not at 60 frames a second */
} EvalResults;

/* Measures one dance into *result, which is zeros. path: for its name. Called from several threads.
 */
typedef int (*DanceWork)(const PoseSource *t, const char *path, const void *context, void *result,
                         Error *err);

/* Measures every dance that the operands name (motionlist.h). A bad one is an error, or with
 * --skip-bad a warning. seed_frames: of files that cannot say it (all but .npz). Results of
 * eval_results_free'd lists go through `release` (may be NULL). */
int eval_dances(EvalResults *out, const Program *program, const EvalOptions *m,
                char *const *operands, size_t count, long seed_frames, size_t size, DanceWork work,
                const void *context, Error *err);
void eval_results_free(EvalResults *d, void (*release)(void *result));

/* --- results --- */

/* Values of one dance. */
typedef void (*RowOf)(const void *result, const void *context, double *values);

typedef struct {
    const EvalOptions *m;
    const EvalResults *dances;
    const Column *columns;
    size_t count;
    RowOf row;
    const void *context;
    int width; /* of the names in front of text rows */
    cJSON *json; /* NULL: text */
} Report;

/* row: NULL if there is none for a single dance. Writes the table of --per-sequence (tab-separated,
 * NaN: "nan"); nothing is printed before. */
int report_begin(Report *r, const EvalOptions *m, const EvalResults *d, const Column *columns,
                 size_t count, RowOf row, const void *context, Error *err);
/* The line of titles (text), and a row for every dance with -v. */
void report_dances(Report *r);
/* A row of its own; in JSON an object of that name, or with `name` "all" or "" the main object's
 * values. */
void report_row(Report *r, const char *name, const double *values);
/* Rows for the ends of the 95% intervals, [count]. */
void report_intervals(Report *r, const Interval *intervals);
int report_end(Report *r, Error *err);

#endif
