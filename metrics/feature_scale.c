/* feature_scale.c: standardisation by the real set. */
#include "metrics/feature_scale.h"

#include <math.h>
#include <stdlib.h>

static void fit_column(const float *real, size_t n, size_t dim, double *mean, double *scale,
                       bool *constant) {
    double sum = 0, squares = 0;
    *constant = true;
    for (size_t i = 0; i < n; i++) {
        sum += (double)real[i * dim];
        if (!(real[i * dim] == real[0])) *constant = false; /* a NaN is not constant */
    }
    *mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = (double)real[i * dim] - *mean;
        squares += d * d;
    }
    *scale = (*constant ? 0 : sqrt(squares / (double)n)) + 1e-10;
}

static int allocate(FeatureScale *f, size_t dim, Error *err) {
    *f = (FeatureScale){dim,
                        0,
                        calloc(dim, sizeof(double)),
                        calloc(dim, sizeof(double)),
                        calloc(dim, sizeof(bool)),
                        false};
    if (f->mean && f->scale && f->left_out) return 0;
    feature_scale_free(f);
    return error_set(err, "out of memory for %zu features", dim);
}

int feature_scale_identity(FeatureScale *out, size_t dim, Error *err) {
    if (allocate(out, dim, err)) return -1;
    out->kept = dim;
    for (size_t c = 0; c < dim; c++) out->scale[c] = 1;
    return 0;
}

int feature_scale_fit(FeatureScale *out, const float *real, size_t n, size_t dim,
                      bool keep_constant, Error *err) {
    *out = (FeatureScale){0};
    if (n < 2)
        return error_set(err, "the real set has %zu sequence%s, a distribution needs at least 2", n,
                         n == 1 ? "" : "s");
    FeatureScale f;
    if (allocate(&f, dim, err)) return -1;
    f.standardises = true;
    for (size_t c = 0; c < dim; c++) {
        fit_column(real + c, n, dim, &f.mean[c], &f.scale[c], &f.left_out[c]);
        if (keep_constant) f.left_out[c] = false;
        if (!f.left_out[c]) f.kept++;
        if (!isfinite(f.scale[c])) {
            feature_scale_free(&f);
            return error_set(err, "feature %zu of the real set is not finite", c);
        }
    }
    if (!f.kept) {
        feature_scale_free(&f);
        return error_set(
            err, "every feature is the same in all %zu real sequences: are they copies of one?", n);
    }
    *out = f;
    return 0;
}

void feature_scale_free(FeatureScale *f) {
    free(f->mean);
    free(f->scale);
    free(f->left_out);
    *f = (FeatureScale){0};
}

double *feature_scale_apply(const FeatureScale *f, const float *rows, size_t n) {
    double *y = malloc((n * f->kept + 1) * sizeof *y);
    double *next = y;
    if (!y) return NULL;
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < f->dim; c++)
            if (!f->left_out[c])
                *next++ = ((double)rows[i * f->dim + c] - f->mean[c]) / f->scale[c];
    return y;
}
