/* fid_run.h: a run of eval-fid: dances to features, features to scores, scores to a table. */
#ifndef METRICS_REPORT_FID_RUN_H
#define METRICS_REPORT_FID_RUN_H

#include "metrics/report/batch.h"

typedef enum { FID_FACT, FID_BAILANDO, FID_EDGE } FidProtocol;
extern const char *const fid_protocols[]; /* their names, ended by NULL */

/* What is negative is the protocol's. */
typedef struct {
    const char *real_stats; /* .npz of the real dances' features: written with `real`, else read */
    const char *features_out; /* .npz of the generated dances' features; or NULL */
    const char *self_check; /* an AIST++ folder, whose dances take the operands' place; or NULL */
    Strings real; /* operands of the real dances */
    int protocol; /* FidProtocol */
    int anchor, seed; /* 0: none, skip; 1: first root, keep */
    long frames;
    double rate, clip, hop;
    long floor; /* random halves of the real dances; 0: none */
    bool explain;
    bool corrected, legacy_manual, keep_constant, standardise, real_row;
    EvalOptions eval;
} FidSettings;

/* Without real dances of any kind only features are written. */
int fid_run(const Program *program, const FidSettings *s, char **operands, size_t count,
            Error *err);

#endif
