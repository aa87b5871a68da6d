/* diversity.c: distances of pairs. */
#include "metrics/diversity.h"

#include <math.h>

static double distance(const double *a, const double *b, size_t dim) {
    double square = 0;
    for (size_t c = 0; c < dim; c++) square += (a[c] - b[c]) * (a[c] - b[c]);
    return sqrt(square);
}

double diversity_mean_distance(const double *rows, size_t n, size_t dim) {
    double sum = 0;
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t j = i + 1; j < n; j++) sum += distance(rows + i * dim, rows + j * dim, dim);
    return n < 2 ? NAN : sum / ((double)n * (double)(n - 1) / 2);
}

void diversity_distances(const double *rows, size_t n, size_t dim, double *distances) {
    for (size_t i = 0; i < n; i++) {
        distances[i * n + i] = 0;
        for (size_t j = 0; j < i; j++)
            distances[i * n + j] = distances[j * n + i] =
                distance(rows + i * dim, rows + j * dim, dim);
    }
}
