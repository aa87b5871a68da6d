/* set_score.h: a set of dances against the real ones, in one kind of features: FID and Dist as
 * published tables have them (feature_scale.h, frechet.h, diversity.h). */
#ifndef METRICS_SET_SCORE_H
#define METRICS_SET_SCORE_H

#include "metrics/bootstrap.h"
#include "metrics/feature_scale.h"
#include "metrics/frechet.h"

/* Rows of features; several rows may be one dance (clips): dance i has rows first[i] ..
 * first[i+1]-1. */
typedef struct {
    size_t dances, dim;
    const size_t *first; /* [dances + 1], starting with 0 */
    const float *rows; /* [first[dances], dim] */
} FeatureMatrix;

typedef struct {
    double fid, dist, real_dist;
    double robust; /* robust_distance.h */
    size_t dim, kept, rank,
        real_rank; /* features, those that are used, ranks of the two covariances */
    Interval fid_interval, dist_interval;
} SetScore;

typedef struct {
    bool standardise; /* by the real set */
    bool keep_constant; /* see feature_scale.h */
    bool real_dist; /* Dist of the real set too (else NaN) */
    size_t resamples; /* of the made dances, for the intervals (0: NaN); the real set stays */
    uint64_t seed;
} ScoreOptions;

/* *scale, the caller's to free, says which features were left out. */
int set_score(const FeatureMatrix *real, const FeatureMatrix *made, const ScoreOptions *o,
              FeatureScale *scale, SetScore *out, Error *err);

#endif
