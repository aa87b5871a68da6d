/* vectors.h: vectors of floats as wide as the file that includes this is compiled for: 16 numbers
 * with AVX-512, 8 with AVX2, else 4 (NEON, SSE).
 *
 * vector_first(n) selects the first n numbers of a vector, all from VECTOR_LANES on; what is not
 * selected is neither read nor written, and is zero after loading. */
#ifndef LIB_NN_KERNELS_VECTORS_H
#define LIB_NN_KERNELS_VECTORS_H

#include <stddef.h>
#include <string.h>

#define VECTOR_INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
#include <immintrin.h>

enum { VECTOR_LANES = 16, VECTOR_REGISTERS = 32 };
typedef __m512 Vector;
typedef __mmask16 Selection;

VECTOR_INLINE Selection vector_first(size_t n) {
    return n >= VECTOR_LANES ? 0xffff : (__mmask16)((1u << n) - 1);
}
VECTOR_INLINE Vector vector_all(float x) { return _mm512_set1_ps(x); }
VECTOR_INLINE Vector vector_load(const float *x) { return _mm512_loadu_ps(x); }
VECTOR_INLINE void vector_store(float *x, Vector v) { _mm512_storeu_ps(x, v); }
VECTOR_INLINE Vector vector_load_some(Selection s, const float *x) {
    return _mm512_maskz_loadu_ps(s, x);
}
VECTOR_INLINE void vector_store_some(float *x, Selection s, Vector v) {
    _mm512_mask_storeu_ps(x, s, v);
}
/* a b + c */
VECTOR_INLINE Vector vector_fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }

/* As many vectors as they have numbers: rows become columns. */
VECTOR_INLINE void vector_transpose(Vector r[VECTOR_LANES]) {
    __m512 t[VECTOR_LANES];
#pragma GCC unroll 8
    for (int i = 0; i < VECTOR_LANES; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < VECTOR_LANES; i += 4) {
        r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 8] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xdd);
        t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xdd);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xdd);
        r[i + 4] = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xdd);
    }
}

#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

enum { VECTOR_LANES = 8, VECTOR_REGISTERS = 16 };
typedef __m256 Vector;
typedef __m256i Selection;

VECTOR_INLINE Selection vector_first(size_t n) {
    const __m256i place = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n < VECTOR_LANES ? (int)n : VECTOR_LANES), place);
}
VECTOR_INLINE Vector vector_all(float x) { return _mm256_set1_ps(x); }
VECTOR_INLINE Vector vector_load(const float *x) { return _mm256_loadu_ps(x); }
VECTOR_INLINE void vector_store(float *x, Vector v) { _mm256_storeu_ps(x, v); }
VECTOR_INLINE Vector vector_load_some(Selection s, const float *x) {
    return _mm256_maskload_ps(x, s);
}
VECTOR_INLINE void vector_store_some(float *x, Selection s, Vector v) {
    _mm256_maskstore_ps(x, s, v);
}
VECTOR_INLINE Vector vector_fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }

VECTOR_INLINE void vector_transpose(Vector r[VECTOR_LANES]) {
    __m256 t[VECTOR_LANES];
#pragma GCC unroll 4
    for (int i = 0; i < VECTOR_LANES; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 2
    for (int i = 0; i < VECTOR_LANES; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xee);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xee);
    }
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < VECTOR_LANES; i++) r[i] = t[i];
}

#else

#if defined(__aarch64__)
enum { VECTOR_LANES = 4, VECTOR_REGISTERS = 32 };
#else
enum { VECTOR_LANES = 4, VECTOR_REGISTERS = 16 };
#endif
typedef float Vector __attribute__((vector_size(VECTOR_LANES * sizeof(float))));
typedef size_t Selection;

VECTOR_INLINE Selection vector_first(size_t n) { return n < VECTOR_LANES ? n : VECTOR_LANES; }
VECTOR_INLINE Vector vector_all(float x) { return (Vector){x, x, x, x}; }
VECTOR_INLINE Vector vector_load(const float *x) {
    Vector v;
    memcpy(&v, x, sizeof v);
    return v;
}
VECTOR_INLINE void vector_store(float *x, Vector v) { memcpy(x, &v, sizeof v); }
VECTOR_INLINE Vector vector_load_some(Selection s, const float *x) {
    if (s == VECTOR_LANES) return vector_load(x);
    return (Vector){s > 0 ? x[0] : 0, s > 1 ? x[1] : 0, s > 2 ? x[2] : 0, 0};
}
VECTOR_INLINE void vector_store_some(float *x, Selection s, Vector v) {
    if (s == VECTOR_LANES) {
        vector_store(x, v);
        return;
    }
    for (size_t i = 0; i < s; i++) x[i] = v[i];
}
VECTOR_INLINE Vector vector_fma(Vector a, Vector b, Vector c) { return a * b + c; }

VECTOR_INLINE void vector_transpose(Vector r[VECTOR_LANES]) {
    Vector t[VECTOR_LANES];
    for (size_t i = 0; i < VECTOR_LANES; i++) t[i] = (Vector){r[0][i], r[1][i], r[2][i], r[3][i]};
    for (size_t i = 0; i < VECTOR_LANES; i++) r[i] = t[i];
}
#endif

#endif
