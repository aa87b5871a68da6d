/* preference.h: affinity propagation with a wanted number of clusters: a search for the preference
 * that gives it. */
#ifndef MODEL_CLUSTER_PREFERENCE_H
#define MODEL_CLUSTER_PREFERENCE_H

#include "model/cluster/affinity.h"

/* Called after each run of affinity propagation: the runs so far, the preference and the result. */
typedef void AffinityOnRun(void *context, size_t runs, double preference, const Affinity *result);

enum {
    PREFERENCE_MAX_RUNS = 60,
    PREFERENCE_NEAR = 32, /* a 32nd more clusters than wanted is near enough, see below */
    AFFINITY_SETTLED = 50, /* iterations after which unchanged exemplars mean convergence: five
                              times the memory of messages at damping 0.9 */
    AFFINITY_SETTLED_SURELY = 200
};

/* Brackets the wanted number of clusters between two preferences and narrows the bracket (on
 * logarithms of preference and count, steps between regula falsi and bisection) until a run gives
 * exactly `clusters` or the preferences differ by less than 1e-5 relative; 1e-3, where a run gave
 * more clusters by a 32nd at most: counts jump, and the wanted one often lies in no run at all.
 * Then the run with the fewest clusters at or above the wanted number counts, and
 * affinity_keep_largest cuts it down: exactly `clusters` come out, ordered by size, largest first.
 * Since the stopping test can be met before messages have settled, every run makes at least
 * AFFINITY_SETTLED iterations, and one whose count does not lie between its neighbours' is repeated
 * with AFFINITY_SETTLED_SURELY.
 *
 * s as for affinity_propagate, and not positive. clusters must be 1..n, and points that equal each
 * other (similarity 0) count as one. on_run may be NULL. On success *preference is the one used.
 * Uses two more arrays like s while it runs. *out is empty on error. */
int affinity_search(const float *s, size_t n, size_t clusters, const AffinityOptions *options,
                    AffinityOnRun *on_run, void *context, double *preference, Affinity *out,
                    Error *err);

#endif
