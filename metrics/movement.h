/* movement.h: everything that is said about how one dance moves (freezing.h, loop.h, pfc.h), and
 * about a set of them. */
#ifndef METRICS_MOVEMENT_H
#define METRICS_MOVEMENT_H

#include "metrics/freezing.h"
#include "metrics/thresholds.h"

typedef struct {
    size_t keep; /* frames per generation step */
    double first,
        last; /* seconds at the beginning and end whose windows are counted apart; 0: none */
    double pfc_fps, pfc_window; /* 30, 5 s; window 0: the whole clip */
} MovementOptions;

typedef struct {
    size_t count;
    double *pose, *trans, *jitter; /* [count] windows' deltas and mean jerk; owned */
} Windows;

typedef struct {
    size_t frames; /* after the seed */
    Windows windows, first, last;
    double delta_pose, delta_trans; /* NaN below 2 frames */
    double range, jitter, loop, pfc;
    size_t loop_lag; /* frames */
    StepSpeeds steps;
} Movement;

/* Without rotations there is no angle: no windows, and NaN for delta_pose, range and loop. Errors:
 * no frame, a rate that is not a multiple of pfc_fps. *out owns its arrays and is empty on error.
 */
int movement_measure(const PoseTrack *b, const MovementOptions *o, Movement *out, Error *err);
void movement_free(Movement *m);

/* Deltas: means over all transitions; rates: shares of all windows (NaN without windows or
 * thresholds); jump: from all transitions; the others: means over the sequences that have a value
 * (not NaN). */
typedef struct {
    size_t sequences, windows, frozen;
    double delta_pose, delta_trans, rate, rate_first, rate_last, range, jump, jitter, loop, pfc;
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
int movement_windows(const Movement *m, size_t n, Windows *out, Error *err);
void windows_free(Windows *w);

#endif
