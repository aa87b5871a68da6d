#include "lib/nn/kernels/bfloat16_round.h"

#include "lib/nn/kernels/bfloat16_kernels.h"

enum { SIDE = 16 }; /* of a tile: places, and pairs of terms */

/* A tile or what there is of it: `rows` rows of x, `cols` wide. */
typedef struct {
    const real *x;
    size_t stride, rows, cols;
} Block;

/* A tile's pairs are written in rows of 16, to_stride numbers apart. */
typedef void RoundBlock(const Block *b, uint16_t *to, size_t to_stride);

static uint16_t rounded(real value) {
    float x = (float)value;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t near = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    return (uint16_t)(x == x ? near : 0x7fc0); /* a carry must not turn NaN into a number */
}

static uint16_t element(const Block *b, size_t row, size_t col) {
    return row < b->rows && col < b->cols ? rounded(b->x[row * b->stride + col]) : 0;
}

/* Rows of x are places, and stay rows. */
static void places_plain(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t i = 0; i < SIDE; i++, to += to_stride)
        for (size_t t = 0; t < BF16_IN; t++) to[t] = element(b, i, t);
}

/* Rows of x are places, those of the tile pairs. */
static void places_turned_plain(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t p = 0; p < SIDE; p++, to += to_stride)
        for (size_t i = 0; i < BF16_IN; i++) to[i] = element(b, i / 2, 2 * p + i % 2);
}

/* Rows of x are terms, those of the tile pairs of them. */
static void terms_plain(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t p = 0; p < SIDE; p++, to += to_stride)
        for (size_t i = 0; i < BF16_IN; i++) to[i] = element(b, 2 * p + i % 2, i / 2);
}

/* Rows of x are terms, those of the tile places. */
static void terms_turned_plain(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t i = 0; i < SIDE; i++, to += to_stride)
        for (size_t t = 0; t < BF16_IN; t++) to[t] = element(b, t, i);
}

static void row_plain(const real *x, size_t n, uint16_t *to) {
    for (size_t i = 0; i < n; i++) to[i] = rounded(x[i]);
}

typedef struct {
    RoundBlock *places, *places_turned, *terms, *terms_turned;
    void (*row)(const real *x, size_t n, uint16_t *to);
} Rounding;

static const Rounding plain = {places_plain, places_turned_plain, terms_plain, terms_turned_plain,
                               row_plain};

#if defined(__x86_64__) && !defined(NN_FLOAT64)
#include <immintrin.h>

#define AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/* The first `wanted` of 16 lanes. */
static __mmask16 lanes(size_t wanted) {
    return (__mmask16)(wanted < 16 ? (1u << wanted) - 1 : 0xffff);
}

/* 16 numbers, rounded. */
AVX512_BF16 static __m256i half_row(const Block *b, size_t row, size_t col) {
    if (row >= b->rows || col >= b->cols) return _mm256_setzero_si256();
    __mmask16 there = lanes(b->cols - col);
    return (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(there, b->x + row * b->stride + col));
}

AVX512_BF16 static __m512i row_of_places(const Block *b, size_t row) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(half_row(b, row, 0)), half_row(b, row, 16), 1);
}

AVX512_BF16 static __m512i row_of_terms(const Block *b, size_t pair) {
    __m512i even = _mm512_cvtepu16_epi32(half_row(b, 2 * pair, 0)),
            odd = _mm512_cvtepu16_epi32(half_row(b, 2 * pair + 1, 0));
    return _mm512_or_si512(even, _mm512_slli_epi32(odd, 16));
}

/* 16 by 16 numbers of 32 bits, mirrored at the diagonal: within quarters of 128 bits, then the
 * quarters. */
AVX512_BF16 static void turn(__m512i r[SIDE]) {
    __m512i t[SIDE];
    for (size_t i = 0; i < SIDE; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (size_t i = 0; i < SIDE; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (size_t i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xdd);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xdd);
    }
    for (size_t i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xdd);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xdd);
    }
}

AVX512_BF16 static void places_avx512(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t i = 0; i < SIDE; i++) _mm512_storeu_si512(to + i * to_stride, row_of_places(b, i));
}

AVX512_BF16 static void places_turned_avx512(const Block *b, uint16_t *to, size_t to_stride) {
    __m512i r[SIDE];
    for (size_t i = 0; i < SIDE; i++) r[i] = row_of_places(b, i);
    turn(r);
    for (size_t i = 0; i < SIDE; i++) _mm512_storeu_si512(to + i * to_stride, r[i]);
}

AVX512_BF16 static void terms_avx512(const Block *b, uint16_t *to, size_t to_stride) {
    for (size_t i = 0; i < SIDE; i++) _mm512_storeu_si512(to + i * to_stride, row_of_terms(b, i));
}

AVX512_BF16 static void terms_turned_avx512(const Block *b, uint16_t *to, size_t to_stride) {
    __m512i r[SIDE];
    for (size_t i = 0; i < SIDE; i++) r[i] = row_of_terms(b, i);
    turn(r);
    for (size_t i = 0; i < SIDE; i++) _mm512_storeu_si512(to + i * to_stride, r[i]);
}

AVX512_BF16 static void row_avx512(const float *x, size_t n, uint16_t *to) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        _mm256_storeu_si256((void *)(to + i), (__m256i)_mm512_cvtneps_pbh(_mm512_loadu_ps(x + i)));
    if (i == n) return;
    const __mmask16 rest = lanes(n - i);
    _mm256_mask_storeu_epi16(to + i, rest,
                             (__m256i)_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(rest, x + i)));
}

static const Rounding avx512 = {places_avx512, places_turned_avx512, terms_avx512,
                                terms_turned_avx512, row_avx512};

/* Every processor with AMX's products has AVX512-BF16. */
static const Rounding *rounding_of(Bf16Kernel k) { return k == BF16_PLAIN ? &plain : &avx512; }
#else
static const Rounding *rounding_of(Bf16Kernel k) { return (void)k, &plain; }
#endif

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* The tile of the strip that begins with a term. */
static Block block_of(const Bf16Operand *o, Bf16Strip s, size_t term) {
    size_t place = s.tile * SIDE, places = smaller(o->places - place, SIDE),
           terms = smaller(s.last - term, BF16_IN);
    if (o->turned) return (Block){o->x + term * o->stride + place, o->stride, terms, places};
    return (Block){o->x + place * o->stride + term, o->stride, places, terms};
}

void bf16_round_input(Bf16Kernel k, const Bf16Operand *o, Bf16Strip s, uint16_t *to) {
    const Rounding *r = rounding_of(k);
    RoundBlock *round = o->turned ? r->terms_turned : r->places;
    size_t stride = bf16_tiles(s.last - s.first, BF16_IN) * BF16_IN;
    for (size_t term = s.first; term < s.last; term += BF16_IN, to += BF16_IN) {
        Block b = block_of(o, s, term);
        round(&b, to, stride);
    }
}

void bf16_round_weights(Bf16Kernel k, const Bf16Operand *o, Bf16Strip s, uint16_t *to) {
    const Rounding *r = rounding_of(k);
    RoundBlock *round = o->turned ? r->terms : r->places_turned;
    for (size_t term = s.first; term < s.last; term += BF16_IN, to += BF16_TILE) {
        Block b = block_of(o, s, term);
        round(&b, to, BF16_IN);
    }
}

void bf16_round_row(Bf16Kernel k, const real *x, size_t n, uint16_t *to) {
    rounding_of(k)->row(x, n, to);
}
