/* batch.h: what the programs that measure dances have in common: options, and sets of dances that
 * are read and measured in parallel. report.h prints the results. */
#ifndef METRICS_REPORT_BATCH_H
#define METRICS_REPORT_BATCH_H

#include "lib/cli/general_options.h"
#include "lib/motion/import/pose_source.h"

typedef struct {
    const char *skeleton, *per_sequence;
    double fps; /* of dances whose files do not say it; 0: not given */
    long seed_frames, resamples, bootstrap_seed;
    bool skip_bad, verbose, json;
    GeneralOptions general;
} EvalOptions;

/* Options that all of them have: which dances are read and how, and what is printed. */
OptionGroup eval_input_options(EvalOptions *m);
OptionGroup eval_result_options(EvalOptions *m);

/* Measures one dance into *result, which is zeros. path: for its name. Called from several threads.
 */
typedef int (*DanceWork)(const PoseSource *t, const char *path, const void *context, void *result,
                         Error *err);

/* How the dances of a run are measured. */
typedef struct {
    const Program *program; /* in whose name warnings are printed */
    const EvalOptions *options;
    double protocol_fps; /* at which dances are measured, so that others are resampled by the work;
                            0: each at its own */
    DanceWork work;
    const void *context;
    size_t result_size; /* of what the work fills in */
    void (*release)(void *result); /* frees what a result owns; may be NULL */
} EvalJob;

/* Operands of one set: files, folders, data sets (motion_list.h). */
typedef struct {
    char *const *operands;
    size_t count;
    long seed_frames; /* of files that cannot say it (all but .npz); 0 for real dances */
} EvalSet;

typedef struct {
    Strings files; /* that were measured */
    void *results; /* one for each, of the job's result_size */
    size_t size; /* of one */
    size_t named; /* files that the operands name, those left out too */
    size_t resampled; /* dances that were not at protocol_fps */
    size_t assumed, given; /* dances whose rate was assumed; those that --fps gave one */
} EvalResults;

/* Measures every dance of a set. A bad one is an error, or with --skip-bad a warning; none that can
 * be measured is an error. *out must be freed, after an error too. */
int eval_dances(EvalResults *out, const EvalJob *job, const EvalSet *set, Error *err);
void eval_results_free(EvalResults *d, const EvalJob *job);
/* Result i. */
const void *eval_result(const EvalResults *d, size_t i);

/* A line on stderr each if dances of these sets (real may be NULL) were resampled, if their rates
 * were assumed, and if --fps was given and is not needed. */
void eval_warn_of_rates(const EvalJob *job, const EvalResults *made, const EvalResults *real);

#endif
