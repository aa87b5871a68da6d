/* clock.h: what the timing programs measure with. */
#ifndef TEST_BENCH_CLOCK_H
#define TEST_BENCH_CLOCK_H

#include <stdlib.h>
#include <time.h>

static inline double now(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of n > 0 numbers, which are sorted. */
static inline double median(double *x, size_t n) {
    qsort(x, n, sizeof *x, ascending);
    return x[n / 2];
}

#endif
