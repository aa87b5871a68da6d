/* movement_report.h: the table of freeze-rate. */
#ifndef METRICS_REPORT_MOVEMENT_REPORT_H
#define METRICS_REPORT_MOVEMENT_REPORT_H

#include "metrics/movement.h"
#include "metrics/report/batch.h"

/* Prints what movement_measure found in the dances `d` (results: Movement), beside `real` if that
 * has any, under thresholds `t`; sweep > 0: also the freezing rate's curve at so many thresholds
 * from 0 to twice `t`. options: those the dances were measured with; rates of the first and last
 * seconds are shown if it asks for them. */
int movement_report(const EvalResults *d, const EvalResults *real, const MovementOptions *options,
                    const Thresholds *t, long sweep, const EvalOptions *m, Error *err);

#endif
