/* fid_report.h: the table of eval-fid. */
#ifndef METRICS_REPORT_FID_REPORT_H
#define METRICS_REPORT_FID_REPORT_H

#include "metrics/report/dance_features.h"

/* Of the set; the scales give every dance its distance from the real mean. */
typedef struct {
    SetScore kinetic, geometric;
    FeatureScale kinetic_scale, geometric_scale;
} Scores;

typedef struct {
    const char *protocol; /* its name */
    bool real_row,
        self_check; /* rows of the real set, of AIST++'s published and recomputed scores */
} FidShown;

/* Prints the scores of the dances `d` (results: DanceFeatureRows; `made`: their features) against
 * `real`, and how they were taken (job, o). */
int fid_report(const EvalResults *d, const Scores *s, const DanceFeatures *made,
               const DanceFeatures *real, const DanceFeatureJob *job, const ScoreOptions *o,
               const FidShown *what, const EvalOptions *m, Error *err);

#endif
