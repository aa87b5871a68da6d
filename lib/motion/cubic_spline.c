#include "lib/motion/cubic_spline.h"

#include <stdlib.h>
#include <string.h>

/* Rows are vectors of n columns; d = x[k+1] - x[k]. */
static void few_slopes(const double *x, size_t rows, size_t n, double *slopes) {
    for (size_t c = 0; c < n; c++) {
        double first = rows > 1 ? x[n + c] - x[c] : 0;
        double second = rows > 2 ? x[2 * n + c] - x[n + c] : first;
        slopes[c] = (3 * first - second) / 2;
        if (rows > 1) slopes[n + c] = (first + second) / 2;
        if (rows > 2) slopes[2 * n + c] = (3 * second - first) / 2;
    }
}

/* Thomas' algorithm (the elimination of a tridiagonal system) for
 *     s[0] + 2 s[1]              = (5 d[0] + d[1]) / 2
 *     s[k-1] + 4 s[k] + s[k+1]   = 3 (d[k-1] + d[k])
 *     2 s[last-1] + s[last]      = (d[last-2] + 5 d[last-1]) / 2
 * upper[k]: what is left of the row above the diagonal once its diagonal is 1. */
static void many_slopes(const double *x, size_t rows, size_t n, double *upper, double *slopes) {
    size_t last = rows - 1;
    upper[0] = 2;
    for (size_t c = 0; c < n; c++) {
        double first = x[n + c] - x[c];
        double second = x[2 * n + c] - x[n + c];
        slopes[c] = (5 * first + second) / 2;
    }
    for (size_t k = 1; k <= last; k++) {
        const double *here = x + k * n;
        double lower = k < last ? 1 : 2;
        double scale = 1 / ((k < last ? 4 : 1) - lower * upper[k - 1]);
        upper[k] = scale;
        for (size_t c = 0; c < n; c++) {
            double right;
            if (k < last)
                right = 3 * (here[n + c] - (here - n)[c]);
            else
                right = ((here - n)[c] - (here - 2 * n)[c] + 5 * (here[c] - (here - n)[c])) / 2;
            slopes[k * n + c] = (right - lower * slopes[(k - 1) * n + c]) * scale;
        }
    }
    for (size_t k = last; k-- > 0;)
        for (size_t c = 0; c < n; c++) slopes[k * n + c] -= upper[k] * slopes[(k + 1) * n + c];
}

int cubic_spline_slopes(const double *x, size_t rows, size_t columns, double *slopes, Error *err) {
    if (rows < 4) {
        few_slopes(x, rows, columns, slopes);
        return 0;
    }
    double *upper = malloc(rows * sizeof *upper);
    if (!upper) return error_set(err, "out of memory for %zu rows", rows);
    many_slopes(x, rows, columns, upper, slopes);
    free(upper);
    return 0;
}

void cubic_spline_at(const double *x, const double *slopes, size_t rows, size_t columns, double u,
                     double *out) {
    size_t k = (size_t)u;
    double f = u - (double)k;
    const double *a = x + k * columns, *b = a + columns;
    const double *slope_a = slopes + k * columns, *slope_b = slope_a + columns;
    if (f <= 0 || k + 1 >= rows) {
        memcpy(out, a, columns * sizeof *out);
        return;
    }
    for (size_t c = 0; c < columns; c++) {
        double rise = b[c] - a[c];
        double square = 3 * rise - 2 * slope_a[c] - slope_b[c];
        double cube = slope_a[c] + slope_b[c] - 2 * rise;
        out[c] = a[c] + f * (slope_a[c] + f * (square + f * cube));
    }
}
