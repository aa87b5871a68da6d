/* clock.h: what the timing programs measure with. */
#ifndef TEST_BENCH_CLOCK_H
#define TEST_BENCH_CLOCK_H

#include <stddef.h>
#include <time.h>

#include "lib/base/numbers.h"

static inline double now(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of n > 0 numbers, which are sorted. */
static inline double median(double *x, size_t n) {
    doubles_sort(x, n);
    return x[n / 2];
}

#endif
