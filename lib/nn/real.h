/* real.h: the element type of the differentiable core: float, or double where the gradient checks
 * build it so.
 *
 * exp is our own in float, because a loop over it vectorises: 2^n (1 + r + ... + r^6/720) with |r|
 * <= ln2/2, relative error below 3e-7 for |x| <= 86. Beyond, the result and its inverse stay
 * positive, finite and normal: at most 5e-38, at least 2e37. NaN stays NaN. tanh likewise, relative
 * error below 3e-7. */
#ifndef LIB_NN_REAL_H
#define LIB_NN_REAL_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef NN_FLOAT64
typedef double real;

static inline real real_exp(real x) { return exp(x); }
static inline real real_sqrt(real x) { return sqrt(x); }
static inline real real_tanh(real x) { return tanh(x); }

#else
typedef float real;

/* 86, in another file: given the number, GCC makes a case of its own of what lies beyond, and
 * vectorises that with ten instructions instead of a minimum and a maximum. */
extern const float real_exp_range;

static inline real real_exp(real x) {
    const float range = real_exp_range;
    x = x < -range ? -range : x; /* NaN stays */
    x = x > range ? range : x;
    float shifted =
        x * 1.44269504f + 12582912.0f; /* 1.5 * 2^23: the sum's low bits are n = round(x / ln2) */
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f - n * -2.12194440e-4f;
    float p = 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    float scale;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + (127u << 23); /* 2^n */
    memcpy(&scale, &bits, sizeof scale);
    return p * scale;
}
static inline real real_sqrt(real x) { return sqrtf(x); }

static inline real real_tanh(real x) {
    float size = fabsf(x), s = x * x;
    float p = -5.70498872745e-3f; /* (tanh(x) - x) / x^3 for |x| < 0.625, as in Cephes */
    p = p * s + 2.06390887954e-2f;
    p = p * s - 5.37397155531e-2f;
    p = p * s + 1.33314422036e-1f;
    p = p * s - 3.33332819422e-1f;
    float far = copysignf(1.0f - 2.0f / (real_exp(2 * size) + 1.0f), x);
    return size < 0.625f ? x + x * s * p : far;
}

#endif

/* Elements of an elementwise loop from which on threads are worth waking. */
enum { WORTH_THREADS = 1 << 14 };

/* Elementwise loops are cut between threads at multiples of this, so that an element is computed by
 * the same instructions whatever their number. */
enum { VECTOR = 64 };

/* dx = value if that is the first one that it is given, dx + value otherwise. */
static inline void real_store_or_add(real *dx, real value, bool first) {
    *dx = first ? value : *dx + value;
}

/* Largest of n >= 1 elements; in lanes, because compilers do not vectorise a plain maximum, for the
 * sake of NaN. */
static inline real real_max(const real *x, size_t n) {
    enum { WIDE = 32, HALF = WIDE / 2 };
    real lane[WIDE];
    size_t i = 0;
    for (size_t k = 0; k < WIDE; k++) lane[k] = x[0];
    for (; i + WIDE <= n; i += WIDE)
        for (size_t k = 0; k < WIDE; k++) lane[k] = x[i + k] > lane[k] ? x[i + k] : lane[k];
    for (; i + HALF <= n; i += HALF)
        for (size_t k = 0; k < HALF; k++) lane[k] = x[i + k] > lane[k] ? x[i + k] : lane[k];
    for (; i < n; i++) lane[0] = x[i] > lane[0] ? x[i] : lane[0];
#pragma GCC unroll 8
    for (size_t half = HALF; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++)
            lane[k] = lane[k + half] > lane[k] ? lane[k + half] : lane[k];
    return lane[0];
}

#endif
