#include "lib/nn/kernels/row_kernels.h"

#include <math.h>

#include "lib/nn/real.h"

/* erf(x) as x P(x^2) / Q(x^2), |x| <= 4, beyond which it is 1 in float (the coefficients of Eigen's
 * and XLA's erf: a rational minimax fit, off by 2e-7 of it). */
static inline float erf_ratio(float x) {
    x = x < -4.0f ? -4.0f : x; /* NaN stays */
    x = x > 4.0f ? 4.0f : x;
    float s = x * x;
    float p = -2.72614225801306e-10f;
    p = p * s + 2.77068142495902e-08f;
    p = p * s + -2.10102402082508e-06f;
    p = p * s + -5.69250639462346e-05f;
    p = p * s + -7.34990630326855e-04f;
    p = p * s + -2.95459980854025e-03f;
    p = p * s + -1.60960333262415e-02f;
    float q = -1.45660718464996e-05f;
    q = q * s + -2.13374055278905e-04f;
    q = q * s + -1.68282697438203e-03f;
    q = q * s + -7.37332916720468e-03f;
    q = q * s + -1.42647390514189e-02f;
    return x * p / q;
}

static void gelu_erf(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + erf_ratio(x[i] * 0.70710678f));
}

static void layer_norm(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t rows, size_t n, float *y) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * n;
        float *to = y + r * n;
        float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < n; k++) sum += from[k];
        float mean = sum / (float)n;
#pragma omp simd reduction(+ : squares)
        for (size_t k = 0; k < n; k++) squares += (from[k] - mean) * (from[k] - mean);
        float scale = 1 / sqrtf(squares / (float)n + epsilon);
        for (size_t k = 0; k < n; k++) to[k] = (from[k] - mean) * scale * weight[k] + bias[k];
    }
}

static inline float float_max(const float *x, size_t n) {
    enum { WIDE = 16 };
    float lane[WIDE];
    size_t i = 0;
    for (size_t l = 0; l < WIDE; l++) lane[l] = x[0];
    for (; i + WIDE <= n; i += WIDE)
        for (size_t l = 0; l < WIDE; l++) lane[l] = x[i + l] > lane[l] ? x[i + l] : lane[l];
    for (; i < n; i++) lane[0] = x[i] > lane[0] ? x[i] : lane[0];
    for (size_t l = 1; l < WIDE; l++) lane[0] = lane[l] > lane[0] ? lane[l] : lane[0];
    return lane[0];
}

static void softmax(float *x, size_t rows, size_t n) {
    for (size_t r = 0; r < rows; r++) {
        float *row = x + r * n, sum = 0;
        const float most = float_max(row, n);
        for (size_t k = 0; k < n; k++) row[k] = (float)real_exp(row[k] - most);
#pragma omp simd reduction(+ : sum)
        for (size_t k = 0; k < n; k++) sum += row[k];
        const float scale = 1 / sum;
        for (size_t k = 0; k < n; k++) row[k] *= scale;
    }
}

const RowKernels LOOPS_TABLE(row_kernels) = {
    .gelu_erf = gelu_erf, .layer_norm = layer_norm, .softmax = softmax};
