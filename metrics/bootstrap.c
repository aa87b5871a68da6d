/* bootstrap.c: percentile intervals. */
#include "metrics/bootstrap.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"
#include "lib/base/rng.h"

/* x: the draws' values, which are sorted here. */
static Interval interval_of(double *x, size_t n, double estimate) {
    size_t kept = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) sum += x[kept++] = x[i];
    if (!kept || isnan(estimate)) return (Interval){NAN, NAN, NAN};
    doubles_sort(x, kept);
    double bias = sum / (double)kept - estimate;
    return (Interval){doubles_quantile(x, kept, 0.025) - bias,
                      doubles_quantile(x, kept, 0.975) - bias, bias};
}

static int draw(size_t n, uint64_t seed, size_t k, Statistics statistics, const void *context,
                double *values, Error *err) {
    size_t *pick = malloc(n * sizeof *pick);
    if (!pick) return error_set(err, "out of memory for %zu dances", n);
    Rng first = rng_seed(seed);
    Rng r = rng_seed(rng_next(&first) + k); /* each draw has numbers of its own */
    for (size_t i = 0; i < n; i++) pick[i] = rng_below(&r, n);
    int status = statistics(pick, n, context, values, err);
    free(pick);
    return status;
}

int bootstrap_intervals(size_t n, size_t resamples, uint64_t seed, Statistics statistics,
                        const void *context, size_t count, const double *estimates, Interval *out,
                        Error *err) {
    double *values = malloc((resamples * count + 1) * sizeof *values);
    double *column = malloc((resamples + 1) * sizeof *column);
    int status =
        n && values && column ? 0 : error_set(err, "out of memory for %zu resamples", resamples);
    if (!status) {
#pragma omp parallel for schedule(dynamic)
        for (size_t k = 0; k < resamples; k++) {
            Error mine;
            if (draw(n, seed, k, statistics, context, values + k * count, &mine)) {
#pragma omp critical(bootstrap_intervals)
                {
                    *err = mine;
                    status = -1;
                }
            }
        }
    }
    for (size_t c = 0; c < count && !status; c++) {
        for (size_t k = 0; k < resamples; k++) column[k] = values[k * count + c];
        out[c] = interval_of(column, resamples, estimates[c]);
    }
    free(values);
    free(column);
    return status;
}
