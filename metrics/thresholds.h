/* thresholds.h: from how little movement on a window counts as frozen.
 *
 * A window is frozen if both of its deltas (freezing.h) are at or below their thresholds. The paper
 * derives these "statistically from the training set" and gives no number, but its real dances are
 * frozen 18.7% of the time. [ours]: the thresholds are the q-quantiles of the training windows'
 * deltas, with the one q that makes that share of the training windows frozen.
 *
 * A window is held [ours] if both of its net deltas are at or below thresholds of their own, fitted
 * in the same way: frozen, or shaking in place. */
#ifndef METRICS_THRESHOLDS_H
#define METRICS_THRESHOLDS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/formats/tensor.h"

enum { THRESHOLDS_FPS = 60 }; /* the rate at which deltas and thresholds are taken */

typedef struct {
    double pose, trans; /* degrees and cm per frame at THRESHOLDS_FPS */
    double quantile; /* q */
    bool nets; /* whether those of net deltas are there; files of older versions lack them */
    double net_pose, net_trans, net_quantile;
} Thresholds;

/* The q-quantile is the k-th smallest of the n values, q = k/n; k is chosen so that the number of
 * frozen windows is as near as possible to target * n (of two, the smaller). n at least 1. Fails
 * when memory is out. *rate, if not NULL: the share that is frozen. Net thresholds are not set. */
int thresholds_fit(const double *pose, const double *trans, size_t n, double target,
                   Thresholds *out, double *rate, Error *err);
/* Sets the net thresholds alone, of net deltas. */
int thresholds_fit_net(const double *pose, const double *trans, size_t n, double target,
                       Thresholds *out, Error *err);

size_t thresholds_frozen_count(const double *pose, const double *trans, size_t n,
                               const Thresholds *t);
/* Of net deltas; 0 without net thresholds. */
size_t thresholds_held_count(const double *pose, const double *trans, size_t n,
                             const Thresholds *t);

/* As tensors: float64 scalars `pose`, `trans`, `quantile`, `fps`, the rate whose frames they count,
 * and where they are there `net_pose`, `net_trans`, `net_quantile`. Reading converts them to
 * THRESHOLDS_FPS (files without `fps`, of older versions, have that) and refuses what is missing,
 * not a number, or not believed (lib/formats/scalar.h). */
int thresholds_to_tensors(const Thresholds *t, Tensors *out, Error *err);
int thresholds_from_tensors(const Tensors *set, Thresholds *out, Error *err);

/* The .npz that holds them. Errors begin with the path. */
int thresholds_read(const char *path, Thresholds *out, Error *err);
int thresholds_write(const char *path, const Thresholds *t, Error *err);

#endif
