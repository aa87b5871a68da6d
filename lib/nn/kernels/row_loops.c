#include "lib/nn/kernels/loops.h"

static real largest(const real *x, size_t n) { return real_max(x, n); }

/* Sums run in WIDE lanes, several vectors of them, so that an addition need not wait for the one
 * before. */
enum { WIDE = 32 };

static inline real folded(real lane[WIDE]) {
    for (size_t half = WIDE / 2; half > 0; half /= 2)
        for (size_t l = 0; l < half; l++) lane[l] += lane[l + half];
    return lane[0];
}

static real dot(const real *restrict a, const real *restrict b, size_t n) {
    real lane[WIDE] = {0};
    size_t k = 0;
    for (; k + WIDE <= n; k += WIDE)
        for (size_t l = 0; l < WIDE; l++) lane[l] += a[k + l] * b[k + l];
    for (; k < n; k++) lane[k % WIDE] += a[k] * b[k];
    return folded(lane);
}

static inline real sum_of(const real *restrict x, size_t n) {
    real lane[WIDE] = {0};
    size_t k = 0;
    for (; k + WIDE <= n; k += WIDE)
        for (size_t l = 0; l < WIDE; l++) lane[l] += x[k + l];
    for (; k < n; k++) lane[k % WIDE] += x[k];
    return folded(lane);
}

static inline real squares_around(const real *restrict x, real centre, size_t n) {
    real lane[WIDE] = {0};
    size_t k = 0;
    for (; k + WIDE <= n; k += WIDE)
        for (size_t l = 0; l < WIDE; l++) lane[l] += (x[k + l] - centre) * (x[k + l] - centre);
    for (; k < n; k++) lane[k % WIDE] += (x[k] - centre) * (x[k] - centre);
    return folded(lane);
}

static real square_distance(const real *restrict a, const real *restrict b, size_t n) {
    real lane[WIDE] = {0};
    size_t k = 0;
    for (; k + WIDE <= n; k += WIDE)
        for (size_t l = 0; l < WIDE; l++) lane[l] += (a[k + l] - b[k + l]) * (a[k + l] - b[k + l]);
    for (; k < n; k++) lane[k % WIDE] += (a[k] - b[k]) * (a[k] - b[k]);
    return folded(lane);
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
    enum { LANES = 16 };
    real lane[LANES] = {0}, sum = 0;
    for (size_t j = 0; j < n; j += LANES)
        for (size_t k = 0; k < LANES; k++) lane[k] += x[j + k] = real_exp(x[j + k] - top);
    for (size_t k = 0; k < LANES; k++) sum += lane[k];
    return sum;
}

static void through_softmax(const real *restrict p, real *restrict dp, size_t n, real sum) {
    for (size_t j = 0; j < n; j++) dp[j] = p[j] * (dp[j] - sum);
}

/* --- layer norm --- */

static RowMoments layer_norm(const real *restrict x, const real *restrict w, const real *restrict b,
                             real *restrict y, size_t n) {
    const real eps = (real)1e-5;
    real mean = sum_of(x, n) / (real)n;
    real rstd = 1 / real_sqrt(squares_around(x, mean, n) / (real)n + eps);
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
