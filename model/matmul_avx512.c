/* Products of float matrices with AVX-512, for matrices of a few hundred rows and columns. A BLAS copies both operands into an order of its own, and there that costs a
 * fifth of the time. Here rows of A are read where they are; 32 columns of B at a time are copied into the first-level cache. */
#include "matmul_kernels.h"

/* As measured: with few rows the copy of B, in few steps the way to the sums takes too long; beyond 2^16 numbers of B (of C, where A is long) a BLAS, which
 * copies A too, keeps its caches better. */
bool matmul_avx512_pays(const Product *p) {
    size_t enough = p->tb ? 12 : 48, kept = (p->ta ? p->m : p->k) * p->n;
    return p->m >= enough && p->k >= 32 && kept <= 1 << 16;
}

#if defined(__x86_64__) && !defined(MODEL_FLOAT64)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl")))
#define INLINE static inline __attribute__((always_inline)) AVX512

enum {
    LANES = 16,
    WIDTH = 2 * LANES, /* columns of B in a panel */
    HEIGHT = 12,       /* rows of A: 24 sums of 32 registers */
    DEPTH = 256,       /* a panel of B takes 32 KiB */
    ROWS = 60 * HEIGHT /* of A that stay in the second-level cache while panels of B pass */
};

bool matmul_avx512_runs(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

INLINE __mmask16 first_lanes(size_t n) { return n >= LANES ? 0xffff : (__mmask16)((1u << n) - 1); }

/* --- the copy of B: [depth][WIDTH], zeros beside its columns --- */

/* 16 rows of 16 numbers, as columns. */
INLINE void transpose(__m512 r[LANES]) {
    __m512 t[LANES];
#pragma GCC unroll 8
    for (int i = 0; i < LANES; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 4
    for (int i = 0; i < LANES; i += 4) {
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

AVX512 static void copy_transposed(const float *b, size_t ldb, size_t cols, size_t depth, float *to) {
    for (size_t half = 0; half < WIDTH; half += LANES)
        for (size_t k = 0; k < depth; k += LANES) {
            __mmask16 mask = first_lanes(depth - k);
            __m512 r[LANES];
#pragma GCC unroll 16
            for (size_t i = 0; i < LANES; i++) r[i] = half + i < cols ? _mm512_maskz_loadu_ps(mask, b + (half + i) * ldb + k) : _mm512_setzero_ps();
            transpose(r);
#pragma GCC unroll 16
            for (size_t i = 0; i < LANES; i++) _mm512_store_ps(to + (k + i) * WIDTH + half, r[i]); /* to whole vectors: DEPTH is a multiple of LANES */
        }
}

AVX512 static void copy_straight(const float *b, size_t ldb, size_t cols, size_t depth, float *to) {
    __mmask16 left = first_lanes(cols), right = cols > LANES ? first_lanes(cols - LANES) : 0;
    for (size_t k = 0; k < depth; k++) {
        _mm512_store_ps(to + k * WIDTH, _mm512_maskz_loadu_ps(left, b + k * ldb));
        _mm512_store_ps(to + k * WIDTH + LANES, _mm512_maskz_loadu_ps(right, b + k * ldb + LANES));
    }
}

/* --- a tile of C --- */

typedef struct {
    const float *a; /* element (i, k) at i * stride + k, or the other way round */
    size_t stride, depth;
    const float *panel, *bias;
    float *c;
    size_t ldc, cols;
    float alpha, beta;
} Tile;

typedef __m512 Sums[HEIGHT][2];

/* One more term of n rows: a[i] times the panel's row. */
INLINE void add_term(Sums sum, const float *const a[HEIGHT], size_t at, const float *b, const size_t n, const size_t vectors) {
    __m512 b0 = _mm512_load_ps(b), b1 = vectors > 1 ? _mm512_load_ps(b + LANES) : b0;
#pragma GCC unroll 12
    for (size_t i = 0; i < n; i++) {
        __m512 x = _mm512_set1_ps(a[i][at]);
        sum[i][0] = _mm512_fmadd_ps(x, b0, sum[i][0]);
        if (vectors > 1) sum[i][1] = _mm512_fmadd_ps(x, b1, sum[i][1]);
    }
}

INLINE void add_rows(const Tile *t, Sums sum, const size_t n, const size_t vectors) {
    const size_t row = t->stride;
    const float *b = t->panel, *a0 = t->a, *a3 = n > 3 ? a0 + 3 * row : a0, *a6 = n > 6 ? a3 + 3 * row : a0, *a9 = n > 9 ? a6 + 3 * row : a0;
    size_t k = 0;
    for (; k + 4 <= t->depth; k += 4, b += 4 * WIDTH, a0 += 4, a3 += 4, a6 += 4, a9 += 4) { /* three rows to a pointer: what x86's addresses can say */
        const float *const a[HEIGHT] = {a0, a0 + row, a0 + 2 * row, a3, a3 + row, a3 + 2 * row, a6, a6 + row, a6 + 2 * row, a9, a9 + row, a9 + 2 * row};
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++) add_term(sum, a, j, b + j * WIDTH, n, vectors);
    }
    for (; k < t->depth; k++, b += WIDTH, a0++, a3++, a6++, a9++) {
        const float *const a[HEIGHT] = {a0, a0 + row, a0 + 2 * row, a3, a3 + row, a3 + 2 * row, a6, a6 + row, a6 + 2 * row, a9, a9 + row, a9 + 2 * row};
        add_term(sum, a, 0, b, n, vectors);
    }
}

INLINE void add_columns(const Tile *t, Sums sum, const size_t n, const size_t vectors) {
    const float *b = t->panel, *a = t->a;
#pragma GCC unroll 2
    for (size_t k = 0; k < t->depth; k++, b += WIDTH, a += t->stride) {
        const float *const at[HEIGHT] = {a, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6, a + 7, a + 8, a + 9, a + 10, a + 11};
        add_term(sum, at, 0, b, n, vectors);
    }
}

/* n rows by `vectors` times 16 columns. */
INLINE void tile(const Tile *t, const size_t n, const size_t vectors, const bool by_rows) {
    Sums sum;
#pragma GCC unroll 12
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < vectors; v++) sum[i][v] = _mm512_setzero_ps();
    if (by_rows) add_rows(t, sum, n, vectors);
    else add_columns(t, sum, n, vectors);
    const __m512 alpha = _mm512_set1_ps(t->alpha), beta = _mm512_set1_ps(t->beta);
    for (size_t v = 0; v < vectors; v++) {
        __mmask16 mask = first_lanes(t->cols - v * LANES);
        __m512 bias = t->bias ? _mm512_maskz_loadu_ps(mask, t->bias + v * LANES) : _mm512_setzero_ps();
#pragma GCC unroll 12
        for (size_t i = 0; i < n; i++) {
            float *c = t->c + i * t->ldc + v * LANES;
            __m512 x = _mm512_fmadd_ps(alpha, sum[i][v], bias);
            if (t->beta != 0) x = _mm512_fmadd_ps(beta, _mm512_maskz_loadu_ps(mask, c), x);
            _mm512_mask_storeu_ps(c, mask, x);
        }
    }
}

INLINE void tile_of(const Tile *t, size_t n, size_t vectors, bool by_rows) {
    switch (n) {
    case 1: tile(t, 1, vectors, by_rows); break;
    case 2: tile(t, 2, vectors, by_rows); break;
    case 3: tile(t, 3, vectors, by_rows); break;
    case 4: tile(t, 4, vectors, by_rows); break;
    case 5: tile(t, 5, vectors, by_rows); break;
    case 6: tile(t, 6, vectors, by_rows); break;
    case 7: tile(t, 7, vectors, by_rows); break;
    case 8: tile(t, 8, vectors, by_rows); break;
    case 9: tile(t, 9, vectors, by_rows); break;
    case 10: tile(t, 10, vectors, by_rows); break;
    case 11: tile(t, 11, vectors, by_rows); break;
    default: tile(t, 12, vectors, by_rows); break;
    }
}

AVX512 static void tile_rows_32(const Tile *t, size_t n) { tile_of(t, n, 2, true); }
AVX512 static void tile_rows_16(const Tile *t, size_t n) { tile_of(t, n, 1, true); }
AVX512 static void tile_columns_32(const Tile *t, size_t n) { tile_of(t, n, 2, false); }
AVX512 static void tile_columns_16(const Tile *t, size_t n) { tile_of(t, n, 1, false); }

/* --- the whole --- */

/* The tiles of a panel of B, below each other. */
INLINE void panel_down(const Product *p, size_t row, size_t rows, size_t k, size_t depth, size_t col, const float *panel) {
    size_t tiles = (rows + HEIGHT - 1) / HEIGHT, cols = p->n - col < WIDTH ? p->n - col : WIDTH;
    for (size_t i = 0; i < tiles; i++) {
        size_t first = row + rows * i / tiles, n = row + rows * (i + 1) / tiles - first;
        Tile t = {.a = p->ta ? p->a + k * p->lda + first : p->a + first * p->lda + k, .stride = p->lda, .depth = depth, .panel = panel,
                  .c = p->c + first * p->ldc + col, .ldc = p->ldc, .cols = cols, .alpha = p->alpha, .beta = k ? 1 : p->beta,
                  .bias = p->bias && k == 0 ? p->bias + col : NULL};
        if (p->ta) (cols > LANES ? tile_columns_32 : tile_columns_16)(&t, n);
        else (cols > LANES ? tile_rows_32 : tile_rows_16)(&t, n);
    }
}

AVX512 void matmul_avx512(const Product *p) {
    _Alignas(64) float panel[DEPTH * WIDTH];
    for (size_t k = 0; k < p->k; k += DEPTH) {
        size_t depth = p->k - k < DEPTH ? p->k - k : DEPTH;
        for (size_t row = 0; row < p->m; row += ROWS)
            for (size_t col = 0; col < p->n; col += WIDTH) {
                size_t rows = p->m - row < ROWS ? p->m - row : ROWS, cols = p->n - col < WIDTH ? p->n - col : WIDTH;
                if (p->tb) copy_transposed(p->b + col * p->ldb + k, p->ldb, cols, depth, panel);
                else copy_straight(p->b + k * p->ldb + col, p->ldb, cols, depth, panel);
                panel_down(p, row, rows, k, depth, col, panel);
            }
    }
}

#else
bool matmul_avx512_runs(void) { return false; }
void matmul_avx512(const Product *p) { (void)p; }
#endif
