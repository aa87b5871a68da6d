/* frechet.c: A and B are reduced to their triangular factors (A = Q R leaves the singular values of
 * A B' alone), whose product goes through a one-sided Jacobi SVD: at most dim x dim, however many
 * sequences there are. */
#include "metrics/frechet.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t rows, columns;
    double *x; /* [rows, columns], owned */
} Matrix;

/* Householder: reflects x until nothing is left below the diagonal. w [columns] is scratch. */
static void triangularise(Matrix *m, double *w) {
    size_t n = m->rows;
    size_t d = m->columns;
    for (size_t k = 0; k < d && k + 1 < n; k++) {
        double *x = m->x;
        double norm = 0;
        for (size_t i = k; i < n; i++) norm += x[i * d + k] * x[i * d + k];
        if (norm == 0) continue;
        double pivot = x[k * d + k];
        double alpha = -copysign(sqrt(norm), pivot);
        double beta = 1 / (norm - pivot * alpha); /* 2 / |v|^2 */
        x[k * d + k] -= alpha; /* the column is v now */
        for (size_t c = k + 1; c < d; c++) w[c] = 0;
        for (size_t i = k; i < n; i++)
            for (size_t c = k + 1; c < d; c++) w[c] += x[i * d + k] * x[i * d + c];
        for (size_t i = k; i < n; i++)
            for (size_t c = k + 1; c < d; c++) x[i * d + c] -= beta * x[i * d + k] * w[c];
        x[k * d + k] = alpha;
        for (size_t i = k + 1; i < n; i++) x[i * d + k] = 0;
    }
    if (n > d) m->rows = d;
}

/* In eight sums side by side, which is another order than one after another but always the same. */
static double dot(const double *a, const double *b, size_t n) {
    double sums[8] = {0}, sum = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t l = 0; l < 8; l++) sums[l] += a[i + l] * b[i + l];
    for (; i < n; i++) sum += a[i] * b[i];
    for (size_t l = 0; l < 8; l++) sum += sums[l];
    return sum;
}

/* Singular values of x [rows], which is destroyed: rows are turned against each other until they
 * are orthogonal (Hestenes), then their norms are the values. Unsorted. */
static void singular_values(Matrix *m, double *values) {
    size_t n = m->rows;
    size_t d = m->columns;
    double total = dot(m->x, m->x, n * d);
    double tiny = 1e-34 * total;
    for (int sweep = 0, turned = 1; turned && sweep < 60; sweep++) {
        turned = 0;
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t j = i + 1; j < n; j++) {
                double *p = m->x + i * d;
                double *q = m->x + j * d;
                double alpha = dot(p, p, d);
                double beta = dot(q, q, d);
                double gamma = dot(p, q, d);
                /* rows of rounding noise have no direction worth turning */
                if (fabs(gamma) <= 1e-14 * sqrt(alpha * beta) || fabs(gamma) <= tiny) continue;
                turned = 1;
                double zeta = (beta - alpha) / (2 * gamma);
                double t = copysign(1 / (fabs(zeta) + sqrt(1 + zeta * zeta)), zeta);
                double c = 1 / sqrt(1 + t * t);
                double s = c * t;
                for (size_t k = 0; k < d; k++) {
                    double x = p[k];
                    double y = q[k];
                    p[k] = c * x - s * y;
                    q[k] = s * x + c * y;
                }
            }
    }
    for (size_t i = 0; i < n; i++) values[i] = sqrt(dot(m->x + i * d, m->x + i * d, d));
}

/* --- sets --- */

static const double *row_of(const double *rows, const size_t *pick, size_t i, size_t dim) {
    return rows + (pick ? pick[i] : i) * dim;
}

int frechet_set(FrechetSet *out, const double *rows, const size_t *pick, size_t n, size_t dim,
                Error *err) {
    *out = (FrechetSet){0};
    if (n < 2)
        return error_set(
            err, "a Frechet distance needs at least 2 sequences on both sides (there is %zu)", n);
    Matrix m = {n, dim, malloc(n * dim * sizeof(double))};
    double *mean = calloc(dim, sizeof *mean);
    double *scratch = malloc(dim * sizeof *scratch);
    double trace = 0;
    double root = sqrt((double)(n - 1));
    int status = m.x && mean && scratch ? 0 : error_set(err, "out of memory for %zu sequences", n);
    if (!status) {
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < dim; c++) mean[c] += row_of(rows, pick, i, dim)[c];
        for (size_t c = 0; c < dim; c++) mean[c] /= (double)n;
        for (size_t i = 0; i < n; i++)
            for (size_t c = 0; c < dim; c++) {
                double x = m.x[i * dim + c] = (row_of(rows, pick, i, dim)[c] - mean[c]) / root;
                trace += x * x;
            }
        triangularise(&m, scratch);
        *out = (FrechetSet){dim, m.rows, mean, m.x, trace};
    }
    free(scratch);
    if (status) {
        free(mean);
        free(m.x);
    }
    return status;
}

void frechet_set_free(FrechetSet *s) {
    free(s->mean);
    free(s->factor);
    *s = (FrechetSet){0};
}

int frechet_rank(const FrechetSet *s, size_t *rank, Error *err) {
    Matrix m = {s->rows, s->dim, malloc(s->rows * s->dim * sizeof(double))};
    double *values = malloc(s->rows * sizeof *values);
    double largest = 0;
    int status = m.x && values ? 0 : error_set(err, "out of memory for %zu features", s->dim);
    *rank = 0;
    if (!status) {
        memcpy(m.x, s->factor, s->rows * s->dim * sizeof *m.x);
        singular_values(&m, values);
        for (size_t i = 0; i < s->rows; i++) largest = fmax(largest, values[i]);
        for (size_t i = 0; i < s->rows; i++)
            *rank += values[i] > largest * (double)s->dim * DBL_EPSILON;
    }
    free(m.x);
    free(values);
    return status;
}

/* --- the distance --- */

int frechet_between(const FrechetSet *a, const FrechetSet *b, double *distance, Error *err) {
    if (a->rows > b->rows)
        return frechet_between(b, a, distance, err); /* the shorter side as rows */
    Matrix ab = {a->rows, b->rows, malloc(a->rows * b->rows * sizeof(double))};
    double *values = malloc(a->rows * sizeof *values);
    int status = ab.x && values ? 0 : error_set(err, "out of memory for %zu features", a->dim);
    if (!status) {
        for (size_t i = 0; i < a->rows; i++)
            for (size_t j = 0; j < b->rows; j++)
                ab.x[i * b->rows + j] = dot(a->factor + i * a->dim, b->factor + j * a->dim, a->dim);
        singular_values(&ab, values);
        double d = a->trace + b->trace;
        for (size_t i = 0; i < a->rows; i++) d -= 2 * values[i];
        for (size_t c = 0; c < a->dim; c++)
            d += (a->mean[c] - b->mean[c]) * (a->mean[c] - b->mean[c]);
        *distance = d < 0 ? 0 : d; /* rounding; a distance is not negative, and NaN stays NaN */
    }
    free(ab.x);
    free(values);
    return status;
}

int frechet_distance(const double *a, size_t n, const double *b, size_t m, size_t dim,
                     double *distance, Error *err) {
    FrechetSet x = {0}, y = {0};
    int status = frechet_set(&x, a, NULL, n, dim, err) || frechet_set(&y, b, NULL, m, dim, err) ||
                         frechet_between(&x, &y, distance, err)
                     ? -1
                     : 0;
    frechet_set_free(&x);
    frechet_set_free(&y);
    return status;
}
