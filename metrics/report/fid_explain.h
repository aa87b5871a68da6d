/* fid_explain.h: eval-fid --explain: what a high distance comes from (influence.h). */
#ifndef METRICS_REPORT_FID_EXPLAIN_H
#define METRICS_REPORT_FID_EXPLAIN_H

#include "metrics/report/fid_report.h"

/* A line for the features and one for the dances of both distances, each with what the distance is
 * without it, or the same in r's JSON. Fails when memory is out. */
int fid_explain(Report *r, const FidReport *what, Error *err);

#endif
