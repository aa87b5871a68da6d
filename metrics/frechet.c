/* frechet.c: A and B are reduced to their triangular factors (A = Q R leaves the singular values of A B' alone), whose product goes
 * through a one-sided Jacobi SVD: at most dim x dim, however many sequences there are. */
#include "frechet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    size_t rows, columns;
    double *x; /* [rows, columns], owned */
} Matrix;

static void column_means(const double *a, size_t n, size_t dim, double *mean) {
    for (size_t c = 0; c < dim; c++) mean[c] = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < dim; c++) mean[c] += a[i * dim + c];
    for (size_t c = 0; c < dim; c++) mean[c] /= (double)n;
}

/* Householder: reflects x until nothing is left below the diagonal. w [columns] is scratch. */
static void triangularise(Matrix *m, double *w) {
    size_t n = m->rows, d = m->columns;
    for (size_t k = 0; k < d && k + 1 < n; k++) {
        double *x = m->x, norm = 0;
        for (size_t i = k; i < n; i++) norm += x[i * d + k] * x[i * d + k];
        if (norm == 0) continue;
        double pivot = x[k * d + k], alpha = -copysign(sqrt(norm), pivot), beta = 1 / (norm - pivot * alpha); /* 2 / |v|^2 */
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

/* Centred rows over sqrt(n - 1), their total square, and then only their triangular factor. */
static int factor(const double *a, size_t n, size_t dim, const double *mean, Matrix *out, double *trace) {
    *out = (Matrix){n, dim, malloc(n * dim * sizeof(double))};
    double *w = malloc(dim * sizeof *w), root = sqrt((double)(n - 1));
    *trace = 0;
    if (out->x && w) {
        for (size_t i = 0; i < n * dim; i++) {
            out->x[i] = (a[i] - mean[i % dim]) / root;
            *trace += out->x[i] * out->x[i];
        }
        triangularise(out, w);
    }
    int status = out->x && w ? 0 : -1;
    free(w);
    return status;
}

static double dot(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Sum of the singular values of x: rows are turned against each other until they are orthogonal (Hestenes), then their norms are the values. */
static double nuclear_norm(Matrix *m) {
    size_t n = m->rows, d = m->columns;
    double total = dot(m->x, m->x, n * d), tiny = 1e-34 * total;
    for (int sweep = 0, turned = 1; turned && sweep < 60; sweep++) {
        turned = 0;
        for (size_t i = 0; i + 1 < n; i++)
            for (size_t j = i + 1; j < n; j++) {
                double *p = m->x + i * d, *q = m->x + j * d;
                double alpha = dot(p, p, d), beta = dot(q, q, d), gamma = dot(p, q, d);
                /* rows of rounding noise have no direction worth turning */
                if (fabs(gamma) <= 1e-14 * sqrt(alpha * beta) || fabs(gamma) <= tiny) continue;
                turned = 1;
                double zeta = (beta - alpha) / (2 * gamma), t = copysign(1 / (fabs(zeta) + sqrt(1 + zeta * zeta)), zeta);
                double c = 1 / sqrt(1 + t * t), s = c * t;
                for (size_t k = 0; k < d; k++) {
                    double x = p[k], y = q[k];
                    p[k] = c * x - s * y;
                    q[k] = s * x + c * y;
                }
            }
    }
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += sqrt(dot(m->x + i * d, m->x + i * d, d));
    return sum;
}

/* a b', with the shorter side as rows. */
static int product(const Matrix *a, const Matrix *b, Matrix *out) {
    if (a->rows > b->rows) return product(b, a, out);
    *out = (Matrix){a->rows, b->rows, malloc(a->rows * b->rows * sizeof(double))};
    if (!out->x) return -1;
    for (size_t i = 0; i < a->rows; i++)
        for (size_t j = 0; j < b->rows; j++) out->x[i * b->rows + j] = dot(a->x + i * a->columns, b->x + j * b->columns, a->columns);
    return 0;
}

int frechet_distance(const double *a, size_t n, const double *b, size_t m, size_t dim, double *distance, Error *err) {
    if (n < 2 || m < 2) return fail(err, "a Frechet distance needs at least 2 sequences on both sides (there are %zu and %zu)", n, m);
    Matrix fa = {0}, fb = {0}, ab = {0};
    double *means = malloc(2 * dim * sizeof *means), trace_a, trace_b;
    int status = -1;
    if (means) {
        column_means(a, n, dim, means);
        column_means(b, m, dim, means + dim);
        if (!factor(a, n, dim, means, &fa, &trace_a) && !factor(b, m, dim, means + dim, &fb, &trace_b) && !product(&fa, &fb, &ab)) {
            double d = 0;
            for (size_t c = 0; c < dim; c++) d += (means[c] - means[dim + c]) * (means[c] - means[dim + c]);
            d += trace_a + trace_b - 2 * nuclear_norm(&ab);
            *distance = d < 0 ? 0 : d; /* rounding; a distance is not negative, and NaN stays NaN */
            status = 0;
        }
    }
    free(means);
    free(fa.x);
    free(fb.x);
    free(ab.x);
    return status ? fail(err, "out of memory for the Frechet distance of %zu and %zu sequences", n, m) : 0;
}
