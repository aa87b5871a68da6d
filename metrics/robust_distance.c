#include "metrics/robust_distance.h"

#include <math.h>
#include <stdlib.h>

#include "lib/base/numbers.h"

/* Of the middle two where n is even, their mean. Sorts x. */
static double median(double *x, size_t n) {
    doubles_sort(x, n);
    return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

/* x [n] is scratch. */
static void describe(const RobustSet *s, size_t dim, size_t column, double *x, double *middle,
                     double *spread) {
    for (size_t i = 0; i < s->n; i++) x[i] = s->rows[(s->pick ? s->pick[i] : i) * dim + column];
    *middle = median(x, s->n);
    for (size_t i = 0; i < s->n; i++) x[i] = fabs(x[i] - *middle);
    *spread = 1.4826 * median(x, s->n);
}

int robust_distance(const RobustSet *a, const RobustSet *b, size_t dim, double *distance,
                    Error *err) {
    const size_t most = a->n > b->n ? a->n : b->n;
    double *x = malloc((most + 1) * sizeof *x);
    if (!x) return error_set(err, "out of memory for %zu sequences", most);
    *distance = 0;
    for (size_t c = 0; c < dim; c++) {
        double m[2], s[2];
        describe(a, dim, c, x, &m[0], &s[0]);
        describe(b, dim, c, x, &m[1], &s[1]);
        *distance += (m[0] - m[1]) * (m[0] - m[1]) + (s[0] - s[1]) * (s[0] - s[1]);
    }
    free(x);
    return 0;
}
