/* movement.h: everything that is said about how one dance moves, and about a set of dances: windows
 * that are frozen (freezing.h, thresholds.h) and the numbers of movement_metrics.h. */
#ifndef METRICS_MOVEMENT_H
#define METRICS_MOVEMENT_H

#include "metrics/movement_metrics.h"
#include "metrics/thresholds.h"

typedef struct {
    FreezeWindows windows, first, last; /* all; those of the first and last seconds */
    MetricSum metrics[MOVEMENT_METRICS_MAX]; /* in the order of movement_metrics */
} Movement;

/* b: the dance after its seed, at any rate. Without rotations there are no windows, and metrics
 * that need them have no value. Errors: no frame, out of memory. *out owns its arrays and is empty
 * on error. */
int movement_measure(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err);
void movement_free(Movement *m);

/* Of one dance; NaN where it has no value. key: of movement_metrics. */
double movement_value(const Movement *m, const char *key);

typedef struct {
    size_t sequences, windows, frozen;
    double rate, rate_first, rate_last; /* shares of all windows that are frozen; NaN without
                                           windows or thresholds */
    double held; /* share of all windows that are held; NaN without net thresholds, too */
    double values[MOVEMENT_METRICS_MAX]; /* NaN where no dance has one */
} MovementSummary;

/* Of m[pick[0]] .. m[pick[n-1]], or of the first n where pick is NULL. t may be NULL. */
MovementSummary movement_summary(const Movement *m, const size_t *pick, size_t n,
                                 const Thresholds *t);

/* One point of the freezing rate's curve. A low rate is worth what its windows are: the jitter of
 * noise that is not frozen is far above real dance's. */
typedef struct {
    Thresholds thresholds;
    double rate, jitter; /* share of the windows that are frozen; mean jitter of those that are not.
                            NaN if there are none */
} SweepPoint;

/* At both thresholds times `factor`. */
SweepPoint movement_sweep(const Movement *m, size_t n, const Thresholds *t, double factor);

/* All windows of n dances in one list, owned by the caller. */
int movement_windows(const Movement *m, size_t n, FreezeWindows *out, Error *err);

#endif
