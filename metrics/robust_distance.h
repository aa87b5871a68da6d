/* robust_distance.h: a distance of two sets of features that a few dances cannot decide [ours].
 *
 *     sum over features of (median_a - median_b)^2 + (s_a - s_b)^2,  s = 1.4826 median |x - median|
 *
 * It is the Frechet distance of Gaussians (frechet.h) whose covariances are diagonal, with medians
 * and median absolute deviations in the place of means and standard deviations (1.4826 makes s a
 * normal distribution's deviation; Hampel 1974). Until half of a set is moved nothing becomes
 * arbitrarily large. It does not see how features go together. */
#ifndef METRICS_ROBUST_DISTANCE_H
#define METRICS_ROBUST_DISTANCE_H

#include <stddef.h>

#include "lib/base/error.h"

/* a, b [*, dim]: the rows pick[0..n), or the first n where pick is NULL; n at least 1. */
typedef struct {
    const double *rows;
    const size_t *pick;
    size_t n;
} RobustSet;
int robust_distance(const RobustSet *a, const RobustSet *b, size_t dim, double *distance,
                    Error *err);

#endif
