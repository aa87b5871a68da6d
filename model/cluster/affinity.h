/* affinity.h: clustering by affinity propagation (Frey and Dueck, Science 315, 2007).
 *
 * Responsibilities and availabilities are passed between points until the set of exemplars (A(k,k)
 * + R(k,k) > 0) stops changing. Schedule, damping, stopping and the last refinement of the
 * exemplars are those of scikit-learn's AffinityPropagation, whose labels, exemplars and iteration
 * counts this reproduces. Ties are broken by preferences that differ by up to one millionth
 * (scikit-learn: random noise). */
#ifndef MODEL_CLUSTER_AFFINITY_H
#define MODEL_CLUSTER_AFFINITY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

typedef struct {
    double damping; /* lambda in [0.5, 1): new = lambda old + (1 - lambda) message */
    size_t max_iterations;
    size_t convergence_iterations; /* the exemplars must be the same for so many iterations */
    size_t min_iterations; /* and the test counts only from here on: see preference.h */
} AffinityOptions;

/* damping 0.9, at most 200 iterations, 15 to converge, no least number: the reference's, but for
 * its damping of 0.5. */
AffinityOptions affinity_defaults(void);

typedef struct {
    size_t points, count;
    size_t *exemplars; /* [count] indices of points; owned */
    size_t *labels; /* [points] indices into exemplars; owned */
    size_t iterations;
    bool converged;
} Affinity;

/* Clusters n points. s is [n, n] row-major, s[i, k] = how well k would represent i, finite; its
 * diagonal is not read: every point's own is the preference, and the larger it is the more clusters
 * come out. Exemplars come out in ascending order. count is 0 (and exemplars and labels NULL) if
 * messages ran out of iterations before any exemplar appeared. Uses two more arrays like s while it
 * runs. The result does not depend on the number of threads.
 *
 * Without convergence within max_iterations exemplars come and go, and any moment is as bad as
 * another: then, should the damping be below 0.9, the exemplars are those of a second run with 0.9
 * (the reference: those of the last iteration), while `converged` and `iterations` are those of
 * the first. *out is empty on error. */
int affinity_propagate(const float *s, size_t n, double preference, const AffinityOptions *options,
                       Affinity *out, Error *err);

/* Orders the clusters by size, largest first (equal ones by exemplar), and keeps the first
 * `clusters` of them; points of the others go to the most similar exemplar that is left, and the
 * order is that of the final sizes. */
int affinity_keep_largest(const float *s, size_t clusters, Affinity *a, Error *err);

/* Sum of the points' similarities to their exemplars plus the exemplars' preferences: what the
 * method maximises. */
double affinity_net_similarity(const float *s, double preference, const Affinity *a);

void affinity_free(Affinity *a);

#endif
