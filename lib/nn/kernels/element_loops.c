#include "lib/nn/kernels/loops.h"

/* --- activations; the equations stand in gelu.c and activation.c of lib/nn/ops --- */

static const real twice_root = (real)1.5957691216057308; /* 2 sqrt(2/pi) */
static const real cubic = (real)0.044715;

static inline real gelu_gate(real x) {
    return 1 / (1 + real_exp(-twice_root * (x + cubic * x * x * x)));
}

static void gelu(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] * gelu_gate(x[i]);
}

/* n <= VECTOR elements; dx may be dy. */
static inline void gelu_back_some(const real *restrict x, const real *dy, real *dx, size_t n,
                                  bool first) {
    real given[VECTOR];
    for (size_t k = 0; k < n; k++) {
        real s = gelu_gate(x[k]);
        given[k] = dy[k] * (s + x[k] * s * (1 - s) * twice_root * (1 + 3 * cubic * x[k] * x[k]));
    }
    for (size_t k = 0; k < n; k++) real_store_or_add(&dx[k], given[k], first);
}

static void gelu_back(const real *restrict x, const real *dy, real *dx, size_t n, bool first) {
    size_t whole = n / VECTOR * VECTOR; /* of a length that compilers know */
    for (size_t i = 0; i < whole; i += VECTOR) gelu_back_some(x + i, dy + i, dx + i, VECTOR, first);
    gelu_back_some(x + whole, dy + whole, dx + whole, n - whole, first);
}

static void relu(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = x[i] < 0 ? 0 : x[i]; /* NaN stays */
}

static void relu_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], y[i] > 0 ? dy[i] : 0, first);
}

static void sigmoid(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = 1 / (1 + real_exp(-x[i]));
}

static void sigmoid_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], dy[i] * y[i] * (1 - y[i]), first);
}

static void hyperbolic_tangent(const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = real_tanh(x[i]);
}

static void tanh_back(const real *restrict y, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], dy[i] * (1 - y[i] * y[i]), first);
}

/* --- sums and products --- */

static void add(const real *a, real f, const real *b, real *y, size_t n) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) y[i] = a[i] + f * b[i];
}

static void multiply(const real *restrict a, const real *restrict b, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = a[i] * b[i];
}

static void scale(real f, const real *restrict x, real *restrict y, size_t n) {
    for (size_t i = 0; i < n; i++) y[i] = f * x[i];
}

static void give(real f, const real *dy, real *dx, size_t n, bool first) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], f * dy[i], first);
}

static void give_product(const real *restrict a, const real *restrict dy, real *restrict dx,
                         size_t n, bool first) {
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], a[i] * dy[i], first);
}

static void add_rows(const real *restrict x, size_t rows, size_t stride, real *restrict sums,
                     size_t n) {
    enum { MOST = 64 };
    real sum[MOST] = {0};
    if (n == MOST) /* a length that compilers know: sums stay in registers */
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < MOST; k++) sum[k] += x[i * stride + k];
    else
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < n; k++) sum[k] += x[i * stride + k];
    for (size_t k = 0; k < n; k++) sums[k] += sum[k];
}

/* --- losses --- */

static double squares(const real *restrict a, const real *restrict b, size_t n) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sum;
}

static double distances(const real *restrict a, const real *restrict b, size_t n) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t i = 0; i < n; i++) sum += fabs((double)a[i] - (double)b[i]);
    return sum;
}

static void give_difference(real f, const real *restrict a, const real *restrict b,
                            real *restrict dx, size_t n, bool first) {
    for (size_t i = 0; i < n; i++) real_store_or_add(&dx[i], f * (a[i] - b[i]), first);
}

static void give_sign(real f, const real *restrict a, const real *restrict b, real *restrict dx,
                      size_t n, bool first) {
    for (size_t i = 0; i < n; i++) {
        real sign = (real)(a[i] > b[i]) - (real)(a[i] < b[i]);
        real_store_or_add(&dx[i], f * sign, first);
    }
}

static void round_off(const real *x, real *y, size_t n) {
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        float value = (float)x[i], near;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        uint32_t up = bits + 0x7fff + ((bits >> 16) & 1);
        bits =
            (value == value ? up : 0x7fc00000) & 0xffff0000; /* no carry turns NaN into a number */
        memcpy(&near, &bits, sizeof near);
        y[i] = (real)near;
    }
}

static void adam(const AdamStep *step, const real *restrict g, real *restrict w, real *restrict m,
                 real *restrict v, size_t n) {
    const AdamStep s = *step;
    for (size_t k = 0; k < n; k++) {
        m[k] = s.b1 * m[k] + s.rest1 * g[k];
        v[k] = s.b2 * v[k] + s.rest2 * g[k] * g[k];
        w[k] -= s.rate * (m[k] * s.correct1) / (real_sqrt(v[k] * s.correct2) + s.eps);
    }
}

const ElementLoops LOOPS_TABLE(element_loops) = {
    .gelu = {gelu, gelu_back},
    .relu = {relu, relu_back},
    .sigmoid = {sigmoid, sigmoid_back},
    .tanh = {hyperbolic_tangent, tanh_back},
    .add = add,
    .multiply = multiply,
    .scale = scale,
    .give = give,
    .give_product = give_product,
    .add_rows = add_rows,
    .squares = squares,
    .distances = distances,
    .give_difference = give_difference,
    .give_sign = give_sign,
    .round = round_off,
    .adam = adam,
};
