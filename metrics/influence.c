#include "metrics/influence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const double *real, *made; /* scaled rows */
    size_t n, m, dim;
} Rows;

/* A copy whose column is 0 everywhere, which adds nothing to a distance. */
static double *without_column(const double *rows, size_t n, size_t dim, size_t column) {
    double *copy = malloc((n * dim + 1) * sizeof *copy);
    if (!copy) return NULL;
    memcpy(copy, rows, n * dim * sizeof *copy);
    for (size_t i = 0; i < n; i++) copy[i * dim + column] = 0;
    return copy;
}

static int without_feature(const Rows *r, size_t column, double *distance, Error *err) {
    double *a = without_column(r->real, r->n, r->dim, column);
    double *b = without_column(r->made, r->m, r->dim, column);
    int status = a && b ? frechet_distance(a, r->n, b, r->m, r->dim, distance, err)
                        : error_set(err, "out of memory for %zu features", r->dim);
    free(a);
    free(b);
    return status;
}

static int without_dance(const Rows *r, const FeatureMatrix *made, const FrechetSet *real,
                         size_t dance, double *distance, Error *err) {
    size_t *rows = malloc((r->m + 1) * sizeof *rows), count = 0;
    FrechetSet rest = {0};
    if (!rows) return error_set(err, "out of memory for %zu clips", r->m);
    for (size_t i = 0; i < r->m; i++)
        if (i < made->first[dance] || i >= made->first[dance + 1]) rows[count++] = i;
    int status = 0;
    *distance = NAN;
    if (count >= 2)
        status = frechet_set(&rest, r->made, rows, count, r->dim, err) ||
                         frechet_between(real, &rest, distance, err)
                     ? -1
                     : 0;
    frechet_set_free(&rest);
    free(rows);
    return status;
}

/* Features first, then dances: all that is left out in turn. */
static int leave_out(const Rows *r, const FeatureMatrix *made, const FrechetSet *real, double *out,
                     Error *err) {
    int status = 0;
    const size_t count = r->dim + made->dances;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < count; k++) {
        Error mine;
        const int failed = k < r->dim ? without_feature(r, k, &out[k], &mine)
                                      : without_dance(r, made, real, k - r->dim, &out[k], &mine);
        if (failed) {
#pragma omp critical(influence_measure)
            {
                *err = mine;
                status = -1;
            }
        }
    }
    return status;
}

int influence_measure(const FeatureMatrix *real, const FeatureMatrix *made,
                      const FeatureScale *scale, double *features, double *dances, Error *err) {
    const size_t n = real->first[real->dances], m = made->first[made->dances];
    double *a = feature_scale_apply(scale, real->rows, n);
    double *b = feature_scale_apply(scale, made->rows, m);
    double *out = malloc((scale->kept + made->dances + 1) * sizeof *out);
    const Rows r = {a, b, n, m, scale->kept};
    FrechetSet whole = {0};
    int status = a && b && out ? 0 : error_set(err, "out of memory for %zu sequences", n + m);
    if (!status) status = frechet_set(&whole, a, NULL, n, scale->kept, err);
    if (!status) status = leave_out(&r, made, &whole, out, err);
    for (size_t c = 0, kept = 0; !status && c < scale->dim; c++)
        features[c] = scale->left_out[c] ? NAN : out[kept++];
    if (!status) memcpy(dances, out + scale->kept, made->dances * sizeof *dances);
    frechet_set_free(&whole);
    free(a);
    free(b);
    free(out);
    return status;
}
