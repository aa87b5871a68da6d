#include "lib/nn/kernels/loops.h"

static real largest(const real *x, size_t n) { return real_max(x, n); }

/* The term of a sum that place k of a row adds. */
typedef real Term(const real *a, const real *b, size_t k);

static inline real value(const real *a, const real *b, size_t k) { return (void)b, a[k]; }
static inline real product_of(const real *a, const real *b, size_t k) { return a[k] * b[k]; }
static inline real square(real x) { return x * x; }
static inline real square_from(const real *a, const real *b, size_t k) { return square(a[k] - *b); }
static inline real square_between(const real *a, const real *b, size_t k) {
    return square(a[k] - b[k]);
}

/* Four sums of a quarter of the row each, so that an addition need not wait for the one before;
 * what is left of the row goes to the first. */
static inline __attribute__((always_inline)) real sum_of(Term *term, const real *a, const real *b,
                                                         size_t n) {
    const size_t q = n / 4;
    real s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (size_t k = 0; k < q; k++) {
        s0 += term(a, b, k);
        s1 += term(a, b, q + k);
        s2 += term(a, b, 2 * q + k);
        s3 += term(a, b, 3 * q + k);
    }
    for (size_t k = 4 * q; k < n; k++) s0 += term(a, b, k);
    return (s0 + s1) + (s2 + s3);
}

static real dot(const real *a, const real *b, size_t n) { return sum_of(product_of, a, b, n); }

static real square_distance(const real *a, const real *b, size_t n) {
    return sum_of(square_between, a, b, n);
}

/* --- softmax --- */

static void softmax(const real *restrict x, real *restrict y, size_t n) {
    real top = real_max(x, n), sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t k = 0; k < n; k++) sum += y[k] = real_exp(x[k] - top);
    for (size_t k = 0; k < n; k++) y[k] /= sum;
}

static void softmax_back(const real *restrict y, const real *restrict dy, real *restrict dx,
                         size_t n, bool first) {
    real sum = dot(dy, y, n);
    for (size_t k = 0; k < n; k++) real_store_or_add(&dx[k], y[k] * (dy[k] - sum), first);
}

static void scale(real *x, size_t n, real f) {
    for (size_t k = 0; k < n; k++) x[k] *= f;
}

static real exponentials(real *restrict x, size_t n, real top) {
    real sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < n; j++) sum += x[j] = real_exp(x[j] - top);
    return sum;
}

static void through_softmax(const real *restrict p, real *restrict dp, size_t n, real sum) {
    for (size_t j = 0; j < n; j++) dp[j] = p[j] * (dp[j] - sum);
}

/* --- layer norm --- */

static RowMoments layer_norm(const real *restrict x, const real *restrict w, const real *restrict b,
                             real *restrict y, size_t n) {
    const real eps = (real)1e-5;
    real mean = sum_of(value, x, NULL, n) / (real)n;
    real rstd = 1 / real_sqrt(sum_of(square_from, x, &mean, n) / (real)n + eps);
    for (size_t k = 0; k < n; k++) y[k] = (x[k] - mean) * rstd * w[k] + b[k];
    return (RowMoments){mean, rstd};
}

static void layer_norm_back(const real *restrict x, const real *restrict w, const real *restrict dy,
                            RowMoments m, real *restrict dx, real *restrict dw, real *restrict db,
                            size_t n, bool first) {
    real sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
    for (size_t k = 0; k < n; k++) {
        sum += dy[k] * w[k];
        product += dy[k] * w[k] * (x[k] - m.mean);
        dw[k] += dy[k] * (x[k] - m.mean) * m.rstd;
        db[k] += dy[k];
    }
    sum /= (real)n;
    product *= m.rstd / (real)n;
    for (size_t k = 0; dx && k < n; k++)
        real_store_or_add(
            &dx[k], m.rstd * (dy[k] * w[k] - sum - (x[k] - m.mean) * m.rstd * product), first);
}

/* --- long short-term memory --- */

static void open_gates(real *restrict a, const real *restrict s_before, real *restrict y,
                       size_t n) {
    real *i = a, *f = a + n, *g = a + 2 * n, *o = a + 3 * n, *h = y, *s = y + n;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        i[k] = 1 / (1 + real_exp(-i[k]));
        f[k] = 1 / (1 + real_exp(-f[k]));
        g[k] = real_tanh(g[k]);
        o[k] = 1 / (1 + real_exp(-o[k]));
    }
    if (s_before)
        for (size_t k = 0; k < n; k++) s[k] = f[k] * s_before[k] + i[k] * g[k];
    else
        for (size_t k = 0; k < n; k++) s[k] = i[k] * g[k];
#pragma omp simd
    for (size_t k = 0; k < n; k++) h[k] = o[k] * real_tanh(s[k]);
}

static void close_gates(real *restrict gates, const real *restrict s_before, const real *restrict s,
                        const real *restrict dy, const real *restrict dh, real *restrict ds,
                        size_t n) {
    real *gi = gates, *gf = gates + n, *gg = gates + 2 * n, *go = gates + 3 * n;
#pragma omp simd
    for (size_t k = 0; k < n; k++) {
        const real i = gi[k], f = gf[k], g = gg[k], o = go[k], th = real_tanh(s[k]);
        const real dhk = dy[k] + dh[k], old = s_before ? s_before[k] : 0;
        const real dsk = dy[n + k] + ds[k] + dhk * o * (1 - th * th);
        gi[k] = dsk * g * i * (1 - i);
        gf[k] = dsk * old * f * (1 - f);
        gg[k] = dsk * i * (1 - g * g);
        go[k] = dhk * th * o * (1 - o);
        ds[k] = dsk * f;
    }
}

const RowLoops LOOPS_TABLE(row_loops) = {
    .largest = largest,
    .dot = dot,
    .square_distance = square_distance,
    .softmax = softmax,
    .softmax_back = softmax_back,
    .scale = scale,
    .exponentials = exponentials,
    .through_softmax = through_softmax,
    .layer_norm = layer_norm,
    .layer_norm_back = layer_norm_back,
    .open_gates = open_gates,
    .close_gates = close_gates,
};
