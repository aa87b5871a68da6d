/* bootstrap.h: how much a number about a set of dances would differ with other dances of the same
 * kind (Efron 1979).
 *
 * The set is drawn again `resamples` times, as many dances with replacement, and the number
 * computed for each. What such draws say on the average is not what the set itself says: a dance
 * drawn twice makes Dist smaller and FID larger. That difference, the bias, is taken off: the
 * interval is from the 2.5% to the 97.5% quantile of the draws, moved so that their mean is the
 * estimate. */
#ifndef METRICS_BOOTSTRAP_H
#define METRICS_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

typedef struct {
    double low, high; /* NaN where no draw has a value, or the estimate has none */
    double bias; /* mean of the draws minus the estimate */
} Interval;

/* `count` numbers about the dances pick[0..n). Called from several threads. */
typedef int (*Statistics)(const size_t *pick, size_t n, const void *context, double *values,
                          Error *err);

/* n dances; estimates [count]; out [count]. The same for any number of threads. */
int bootstrap_intervals(size_t n, size_t resamples, uint64_t seed, Statistics statistics,
                        const void *context, size_t count, const double *estimates, Interval *out,
                        Error *err);

#endif
