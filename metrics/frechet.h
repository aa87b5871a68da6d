/* frechet.h: the Frechet distance of the Gaussians fitted to two sets (Heusel et al. 2017, eq. 6),
 * the "FID" of features.
 *
 *     |mean_a - mean_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2))
 * with the sample covariances S (divisor n - 1). With A, B the centred rows over sqrt(n - 1),
 * S_a = A'A and S_b = B'B, and tr (S_a S_b)^(1/2) is the sum of the singular values of A B'. That
 * needs no square root of a matrix and is exact for singular covariances (fewer rows than columns),
 * where SciPy's sqrtm is not. */
#ifndef METRICS_FRECHET_H
#define METRICS_FRECHET_H

#include <stddef.h>

#include "lib/base/error.h"

/* What the distance needs of a set. */
typedef struct {
    size_t dim, rows; /* rows of the factor, at most dim */
    double *mean, *factor; /* [dim], [rows, dim]: a triangle R with R'R the covariance; owned */
    double trace; /* of the covariance */
} FrechetSet;

/* rows [*, dim]; the set is rows pick[0..n), or the first n where pick is NULL; n at least 2. *out
 * is empty on error. */
int frechet_set(FrechetSet *out, const double *rows, const size_t *pick, size_t n, size_t dim,
                Error *err);
void frechet_set_free(FrechetSet *s);

/* The same bits for any number of threads. */
int frechet_between(const FrechetSet *a, const FrechetSet *b, double *distance, Error *err);

/* The covariance's rank: singular values of the centred rows above dim eps times the largest, as
 * numpy.linalg.matrix_rank counts. At most n - 1, so that 40 sequences say nothing about most
 * directions of 72 dimensions. */
int frechet_rank(const FrechetSet *s, size_t *rank, Error *err);

/* All at once: a [n, dim], b [m, dim]. */
int frechet_distance(const double *a, size_t n, const double *b, size_t m, size_t dim,
                     double *distance, Error *err);

#endif
