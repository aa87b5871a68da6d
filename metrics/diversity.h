/* diversity.h: how far apart sequences of one set are (Dist_k, Dist_g). */
#ifndef METRICS_DIVERSITY_H
#define METRICS_DIVERSITY_H

#include <stddef.h>

/* Mean Euclidean distance over the n (n - 1) / 2 pairs of rows [n, dim] of standardised features:
 * mint's and Bailando's calculate_avg_distance. NaN for fewer than 2 rows. */
double diversity_mean_distance(const double *rows, size_t n, size_t dim);

/* All of them, [n, n]. */
void diversity_distances(const double *rows, size_t n, size_t dim, double *distances);

#endif
