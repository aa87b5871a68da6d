#include "lib/base/numbers.h"

#include <math.h>
#include <stdlib.h>

/* Block after block: an early exit prevents vectorisation, and these pass over every weight of
 * every model that is opened. 0 times anything finite is 0, otherwise it is NaN. */
enum { BLOCK = 1 << 16 };

size_t floats_first_nonfinite(const float *x, size_t n) {
    size_t bad = n;
#pragma omp parallel for schedule(static) reduction(min : bad) if (n > BLOCK)
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t last = n - first < BLOCK ? n : first + BLOCK;
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = first; k < last; k++) sum += 0 * x[k];
        for (size_t k = first; sum != 0 && k < last && k < bad; k++)
            if (!isfinite(x[k])) bad = k;
    }
    return bad;
}

size_t doubles_first_nonfinite(const double *x, size_t n) {
    size_t bad = n;
#pragma omp parallel for schedule(static) reduction(min : bad) if (n > BLOCK)
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t last = n - first < BLOCK ? n : first + BLOCK;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = first; k < last; k++) sum += 0 * x[k];
        for (size_t k = first; sum != 0 && k < last && k < bad; k++)
            if (!isfinite(x[k])) bad = k;
    }
    return bad;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void doubles_sort(double *x, size_t n) {
    if (n > 1) qsort(x, n, sizeof *x, ascending);
}

double doubles_quantile(const double *x, size_t n, double q) {
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    return k + 1 < n ? x[k] + (at - (double)k) * (x[k + 1] - x[k]) : x[n - 1];
}
