/* set_score.c: FID, Dist, ranks and intervals. */
#include "metrics/set_score.h"

#include <math.h>
#include <stdlib.h>

#include "metrics/diversity.h"
#include "metrics/robust_distance.h"

typedef struct {
    const FeatureMatrix *made;
    const FrechetSet *real;
    size_t dim;
    const double *rows; /* standardised */
    const double *distances; /* [rows, rows] */
} Draws;

/* FID and Dist of dances drawn with replacement. */
static int score_draw(const size_t *pick, size_t n, const void *context, double *values,
                      Error *err) {
    const Draws *d = context;
    size_t count = 0;
    size_t used = 0;
    size_t all = d->made->first[d->made->dances];
    for (size_t i = 0; i < n; i++) count += d->made->first[pick[i] + 1] - d->made->first[pick[i]];
    size_t *rows = malloc((count + 1) * sizeof *rows);
    FrechetSet drawn = {0};
    int status = rows ? 0 : error_set(err, "out of memory for %zu clips", count);
    for (size_t i = 0; i < n && !status; i++)
        for (size_t r = d->made->first[pick[i]]; r < d->made->first[pick[i] + 1]; r++)
            rows[used++] = r;
    if (!status) status = frechet_set(&drawn, d->rows, rows, count, d->dim, err);
    if (!status) status = frechet_between(d->real, &drawn, &values[0], err);
    double sum = 0;
    for (size_t i = 0; i + 1 < count && !status; i++)
        for (size_t j = i + 1; j < count; j++) sum += d->distances[rows[i] * all + rows[j]];
    values[1] = sum / ((double)count * (double)(count - 1) / 2);
    frechet_set_free(&drawn);
    free(rows);
    return status;
}

static int intervals(Draws *d, const ScoreOptions *o, SetScore *out, Error *err) {
    size_t n = d->made->first[d->made->dances];
    double *distances = malloc(n * n * sizeof *distances), estimates[2] = {out->fid, out->dist};
    Interval both[2];
    if (!distances) return error_set(err, "out of memory for %zu sequences", n);
    diversity_distances(d->rows, n, d->dim, distances);
    d->distances = distances;
    int status = bootstrap_intervals(d->made->dances, o->resamples, o->seed, score_draw, d, 2,
                                     estimates, both, err);
    if (!status) {
        out->fid_interval = both[0];
        out->dist_interval = both[1];
    }
    free(distances);
    return status;
}

static int score(const FeatureMatrix *made, const double *a, size_t n, const double *b, size_t m,
                 const ScoreOptions *o, SetScore *out, Error *err) {
    FrechetSet real = {0}, set = {0};
    const RobustSet whole = {a, NULL, n}, all = {b, NULL, m};
    int status = frechet_set(&real, a, NULL, n, out->kept, err) ||
                         frechet_set(&set, b, NULL, m, out->kept, err) ||
                         frechet_between(&real, &set, &out->fid, err) ||
                         robust_distance(&whole, &all, out->kept, &out->robust, err) ||
                         frechet_rank(&real, &out->real_rank, err) ||
                         frechet_rank(&set, &out->rank, err)
                     ? -1
                     : 0;
    if (!status) {
        out->dist = diversity_mean_distance(b, m, out->kept);
        if (o->real_dist) out->real_dist = diversity_mean_distance(a, n, out->kept);
        Draws draws = {made, &real, out->kept, b, NULL};
        if (o->resamples) status = intervals(&draws, o, out, err);
    }
    frechet_set_free(&real);
    frechet_set_free(&set);
    return status;
}

int set_score(const FeatureMatrix *real, const FeatureMatrix *made, const ScoreOptions *o,
              FeatureScale *scale, SetScore *out, Error *err) {
    const Interval none = {NAN, NAN, NAN};
    size_t n = real->first[real->dances];
    size_t m = made->first[made->dances];
    *scale = (FeatureScale){0};
    if (real->dim != made->dim)
        return error_set(
            err, "the real dances have %zu features, the others %zu: are they of the same body?",
            real->dim, made->dim);
    if (o->standardise ? feature_scale_fit(scale, real->rows, n, real->dim, o->keep_constant, err)
                       : feature_scale_identity(scale, real->dim, err))
        return -1;
    *out = (SetScore){NAN, NAN, NAN, NAN, real->dim, scale->kept, 0, 0, none, none};
    double *a = feature_scale_apply(scale, real->rows, n);
    double *b = feature_scale_apply(scale, made->rows, m);
    int status = a && b ? score(made, a, n, b, m, o, out, err)
                        : error_set(err, "out of memory for %zu sequences", n + m);
    free(a);
    free(b);
    return status;
}
