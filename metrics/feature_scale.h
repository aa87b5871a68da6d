/* feature_scale.h: both sets of features by the real set's mean and standard deviation, as mint's
 * calculate_scores.py does before FID. */
#ifndef METRICS_FEATURE_SCALE_H
#define METRICS_FEATURE_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

/* y = (x - mean) / (std + 1e-10), std with divisor n. A feature that is the same in every real
 * sequence has std 0: mint divides by 1e-10, and one generated sequence that differs gives a
 * distance of 1e18; such features are left out unless they are kept on request. */
typedef struct {
    size_t dim, kept;
    double *mean, *scale; /* [dim] */
    bool *left_out; /* [dim] */
    bool standardises; /* false: leaves everything as it is */
} FeatureScale;

/* real [n, dim], n at least 2. Fails if not finite or if nothing is kept. *out owns its arrays and
 * is empty on error. */
int feature_scale_fit(FeatureScale *out, const float *real, size_t n, size_t dim,
                      bool keep_constant, Error *err);
/* One that leaves everything as it is. */
int feature_scale_identity(FeatureScale *out, size_t dim, Error *err);
void feature_scale_free(FeatureScale *f);

/* Standardised rows [n, kept], owned by the caller; NULL when memory is out. */
double *feature_scale_apply(const FeatureScale *f, const float *rows, size_t n);

#endif
