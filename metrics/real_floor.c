#include "metrics/real_floor.h"

#include <stdlib.h>

#include "lib/base/numbers.h"
#include "lib/base/rng.h"
#include "metrics/diversity.h"
#include "metrics/robust_distance.h"

/* A random order of the dances; the k-th split has numbers of its own. */
static void shuffle(size_t *order, size_t n, uint64_t seed, size_t k) {
    Rng first = rng_seed(seed);
    Rng r = rng_seed(rng_next(&first) + k);
    for (size_t i = 0; i < n; i++) order[i] = i;
    for (size_t i = n; i-- > 1;) {
        size_t j = (size_t)rng_below(&r, i + 1);
        size_t swapped = order[i];
        order[i] = order[j];
        order[j] = swapped;
    }
}

/* The rows of dances order[0..count); returns how many. */
static size_t rows_of(const FeatureMatrix *m, const size_t *order, size_t count, size_t *rows) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t r = m->first[order[i]]; r < m->first[order[i] + 1]; r++) rows[n++] = r;
    return n;
}

typedef struct {
    const FeatureMatrix *real;
    const double *rows; /* scaled */
    size_t dim;
    uint64_t seed;
} Splits;

/* Split k: values[0] FID, values[1] robust, values[2] rows of both halves. */
static int measure(const Splits *s, size_t k, double values[3], Error *err) {
    const size_t dances = s->real->dances, half = dances / 2;
    size_t *order = malloc(dances * sizeof *order);
    size_t *rows = malloc((s->real->first[dances] + 1) * sizeof *rows);
    FrechetSet a = {0}, b = {0};
    int status = order && rows ? 0 : error_set(err, "out of memory for %zu dances", dances);
    if (!status) {
        shuffle(order, dances, s->seed, k);
        const size_t n = rows_of(s->real, order, half, rows);
        const size_t m = rows_of(s->real, order + half, half, rows + n);
        const RobustSet x = {s->rows, rows, n}, y = {s->rows, rows + n, m};
        values[2] = (double)(n + m);
        status = frechet_set(&a, s->rows, rows, n, s->dim, err) ||
                         frechet_set(&b, s->rows, rows + n, m, s->dim, err) ||
                         frechet_between(&a, &b, &values[0], err) ||
                         robust_distance(&x, &y, s->dim, &values[1], err)
                     ? -1
                     : 0;
    }
    frechet_set_free(&a);
    frechet_set_free(&b);
    free(order);
    free(rows);
    return status;
}

/* Mean and quantiles (as numpy.quantile) of column c of `values` [n, 3]; x [n] is scratch. */
static double summarise(const double *values, size_t n, size_t c, double *x, double *low,
                        double *high) {
    double sum = 0;
    for (size_t k = 0; k < n; k++) sum += x[k] = values[3 * k + c];
    doubles_sort(x, n);
    *low = doubles_quantile(x, n, 0.025);
    *high = doubles_quantile(x, n, 0.975);
    return sum / (double)n;
}

static int measure_all(const Splits *s, size_t halves, double *values, Error *err) {
    int status = 0;
#pragma omp parallel for schedule(dynamic)
    for (size_t k = 0; k < halves; k++) {
        Error mine;
        if (measure(s, k, values + 3 * k, &mine)) {
#pragma omp critical(real_floor)
            {
                *err = mine;
                status = -1;
            }
        }
    }
    return status;
}

int real_floor(const FeatureMatrix *real, const FeatureScale *scale, size_t halves, uint64_t seed,
               RealFloor *out, Error *err) {
    *out = (RealFloor){0};
    if (real->dances < 2)
        return error_set(err, "halves of %zu real dance cannot be compared", real->dances);
    Splits s = {real, NULL, scale->kept, seed};
    double *rows = feature_scale_apply(scale, real->rows, real->first[real->dances]);
    double *values = calloc(4 * halves + 1, sizeof *values);
    double *scratch = values ? values + 3 * halves : NULL;
    int status = rows && values ? 0 : error_set(err, "out of memory for %zu splits", halves);
    s.rows = rows;
    if (!status) status = measure_all(&s, halves, values, err);
    if (!status) {
        out->fid = summarise(values, halves, 0, scratch, &out->fid_low, &out->fid_high);
        out->robust = summarise(values, halves, 1, scratch, &out->robust_low, &out->robust_high);
        out->dist = diversity_mean_distance(rows, real->first[real->dances], s.dim);
        double least, most;
        out->clips = (size_t)(summarise(values, halves, 2, scratch, &least, &most) + 0.5);
    }
    free(rows);
    free(values);
    return status;
}
