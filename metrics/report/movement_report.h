/* movement_report.h: the table of freeze-rate. */
#ifndef METRICS_REPORT_MOVEMENT_REPORT_H
#define METRICS_REPORT_MOVEMENT_REPORT_H

#include "metrics/movement.h"
#include "metrics/report/report.h"

/* What movement_report_work takes as its context. */
typedef struct {
    const Skeleton *skeleton;
    MovementOptions options;
} MovementContext;

/* A DanceWork whose result is a Movement: of the frames after the seed. */
int movement_report_work(const PoseSource *t, const char *path, const void *context, void *result,
                         Error *err);
void movement_report_release(void *result);

typedef struct {
    const EvalResults *dances, *real; /* results: Movement; real may be empty */
    const MovementOptions *measured; /* how they were measured: rates of the first and last seconds
                                        are shown if it asks for them */
    const Thresholds *thresholds;
    long sweep; /* > 0: also the freezing rate's curve at so many thresholds, from 0 to twice the
                   fitted ones */
} MovementReport;

int movement_report(const MovementReport *what, const EvalOptions *m, Error *err);

/* Fits thresholds to the dances' windows so that this share (target) of them is frozen, writes them
 * to path, and prints them. */
int movement_report_fit(const EvalResults *d, double target, const char *path, const EvalOptions *m,
                        Error *err);

#endif
