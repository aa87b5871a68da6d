/* frechet.h: the Frechet distance of the Gaussians fitted to two sets (Heusel et al. 2017, eq. 6), the "FID" of features.
 *
 *     |mean_a - mean_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)),   S the sample covariances (divisor n - 1)
 *
 * With A, B the centred rows over sqrt(n - 1), S_a = A'A and S_b = B'B, and tr (S_a S_b)^(1/2) is the sum of the singular values of A B'. That needs
 * no square root of a matrix and is exact for singular covariances (fewer rows than columns), where SciPy's sqrtm is not. */
#ifndef METRICS_FRECHET_H
#define METRICS_FRECHET_H

#include <stddef.h>

#include "../lib/error.h"

/* a [n, dim], b [m, dim], n and m at least 2. The same bits for any number of threads. */
int frechet_distance(const double *a, size_t n, const double *b, size_t m, size_t dim, double *distance, Error *err);

#endif
