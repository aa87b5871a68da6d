/* movement_metrics.h: the numbers that freeze-rate reports about a dance, one row each. A new
 * number is a function and a row in movement_metrics.c: columns, JSON, means over sets, intervals
 * and tables of dances follow from it. docs/metrics.md defines them. */
#ifndef METRICS_MOVEMENT_METRICS_H
#define METRICS_MOVEMENT_METRICS_H

#include "metrics/freezing.h"

typedef struct {
    size_t keep; /* frames per generation step, at the dance's own rate; 0: a third of a second */
    double first, last; /* seconds at the beginning and end whose windows are counted apart; 0:
                           none */
    double pfc_fps, pfc_window; /* rate and seconds of pfc.h's windows; window 0: the whole clip */
} MovementOptions;

/* What a number may be computed from. */
typedef struct {
    const PoseTrack *own; /* the dance after its seed, as its file has it */
    const PoseTrack *track; /* the same at FREEZE_FPS */
    const double *pose, *trans; /* [track->frames - 1] transitions of freezing.h; pose is NULL
                                   without rotations */
    size_t own_step, track_step; /* frames of both per generation step, at least 1 */
    const MovementOptions *options;
} MovementInput;

typedef enum {
    MEAN_OVER_DANCES, /* of those that have a value */
    MEAN_OVER_TRANSITIONS, /* a long dance counts for more than a short one */
    RATIO_OF_MEANS /* two means over what the measure counts; their ratio */
} MetricPool;

/* What one or several dances add up to: the value is sum[0] / weight[0], divided by sum[1] /
 * weight[1] for RATIO_OF_MEANS. */
typedef struct {
    double sum[2], weight[2];
} MetricSum;

typedef struct {
    const char *key, *title; /* in JSON and tables */
    int digits; /* after the point, in tables */
    /* Fills *out for one dance: sum[0] with its value, or NaN if it has none; for RATIO_OF_MEANS
     * all of it. -1 only when memory is out. */
    int (*measure)(const MovementInput *in, MetricSum *out, Error *err);
    MetricPool pool;
    const char *ratio; /* key of the same as a fraction of the real dances'; NULL: not shown */
} MovementMetric;

enum { MOVEMENT_METRICS_MAX = 16 };
extern const MovementMetric movement_metrics[];
extern const size_t movement_metric_count;

void metric_sum_add(MetricSum *to, const MetricSum *from);
double metric_sum_value(const MetricSum *s, MetricPool pool); /* NaN if nothing was counted */

#endif
