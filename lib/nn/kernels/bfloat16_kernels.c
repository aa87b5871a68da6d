#include "lib/nn/kernels/bfloat16_kernels.h"

static float widened(uint32_t half) {
    float x;
    half <<= 16;
    memcpy(&x, &half, sizeof x);
    return x;
}

/* Row by row: every pair of the input times a row of the tile. */
void bf16_plain(const Bf16Job *j, size_t first, size_t last) {
    for (size_t tile = first; tile < last; tile++)
        for (size_t row = 0; row < j->rows; row++) {
            const uint16_t *w = j->weights + tile * j->across * BF16_TILE,
                           *x = j->input + row * j->input_stride;
            float sums[BF16_OUT] = {0};
            for (size_t pair = 0; pair < j->across * BF16_IN / 2;
                 pair++, w += 2 * BF16_OUT, x += 2) {
                float even = widened(x[0]), odd = widened(x[1]);
                for (size_t k = 0; k < BF16_OUT; k++)
                    sums[k] += even * widened(w[2 * k]) + odd * widened(w[2 * k + 1]);
            }
            Bf16Job part = *j;
            part.rows = row + 1;
            bf16_store(&part, row, tile, sums);
        }
}

#if defined(__x86_64__)
#include <immintrin.h>

#ifndef NN_FLOAT64
/* Rows of sums of a tile, with what is added, without a way through memory. */
__attribute__((target("avx512f,avx512bw,avx512vl"))) static void store_rows(const Bf16Job *j,
                                                                            size_t row, size_t rows,
                                                                            size_t tile,
                                                                            const __m512 *sums) {
    const size_t at = tile * BF16_OUT, left = at < j->first ? j->first - at : 0,
                 end = j->first + j->out - at;
    const unsigned all = end < BF16_OUT ? (1u << end) - 1 : 0xffff;
    const __mmask16 wanted = (__mmask16)(all >> left << left);
    const ptrdiff_t col = (ptrdiff_t)at - (ptrdiff_t)j->first;
    const __m512 bias =
        j->bias ? _mm512_maskz_loadu_ps(wanted, j->bias + col) : _mm512_setzero_ps();
    for (size_t i = 0; i < rows; i++) {
        const ptrdiff_t place = (ptrdiff_t)((row + i) * j->stride) + col;
        __m512 y = _mm512_add_ps(sums[i], bias);
        if (j->onto) y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(wanted, j->onto + place));
        _mm512_mask_storeu_ps(j->y + place, wanted, y);
    }
}
#else
static void store_rows(const Bf16Job *j, size_t row, size_t rows, size_t tile, const __m512 *sums) {
    Bf16Job part = *j;
    float some[BF16_ROWS][BF16_OUT];
    memcpy(some, sums, rows * sizeof *some);
    part.rows = row + rows;
    bf16_store(&part, row, tile, some[0]);
}
#endif

/* 12 rows by 2 tiles of outputs: 24 accumulators, of 32 registers. */
__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) void bf16_avx512(const Bf16Job *j,
                                                                                 size_t first,
                                                                                 size_t last) {
    enum { HEIGHT = 12 };
    size_t pairs = j->across * BF16_IN / 2;
    for (size_t tile = first; tile < last; tile += 2) {
        const uint16_t *w0 = j->weights + tile * j->across * BF16_TILE,
                       *w1 = tile + 1 < last ? w0 + j->across * BF16_TILE : w0;
        const size_t at = tile * BF16_OUT, place = at > j->first ? at - j->first : 0;
        for (size_t row = 0; row < j->rows; row += HEIGHT) {
            const size_t rows = j->rows - row < HEIGHT ? j->rows - row : HEIGHT;
            const uint16_t *x[HEIGHT];
            __m512 a[HEIGHT], b[HEIGHT];
            for (size_t i = 0; i < HEIGHT; i++) {
                x[i] = j->input + (i < rows ? row + i : row) * j->input_stride;
                a[i] = b[i] = _mm512_setzero_ps();
            }
            for (size_t i = 0; i < rows; i++) { /* to be there when the sums are */
                const real *y = j->y + (row + i) * j->stride + place;
                __builtin_prefetch(y, 1);
                __builtin_prefetch(y + BF16_OUT, 1);
            }
            for (size_t p = 0; p < pairs; p++) {
                __m512bh v0 = (__m512bh)_mm512_load_si512(w0 + p * 2 * BF16_OUT),
                         v1 = (__m512bh)_mm512_load_si512(w1 + p * 2 * BF16_OUT);
#pragma GCC unroll 12
                for (size_t i = 0; i < HEIGHT; i++) {
                    int32_t pair;
                    memcpy(&pair, x[i] + 2 * p, sizeof pair);
                    __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
                    a[i] = _mm512_dpbf16_ps(a[i], both, v0);
                    b[i] = _mm512_dpbf16_ps(b[i], both, v1);
                }
            }
            store_rows(j, row, rows, tile, a);
            if (tile + 1 < last) store_rows(j, row, rows, tile + 1, b);
        }
    }
}

typedef struct {
    unsigned char palette, start_row, reserved[14];
    uint16_t bytes_a_row[16];
    unsigned char rows[16];
} TileShapes;

/* 2 by 2 tiles of sums (0 to 3), two of the input (4, 5), two of the weights (6, 7). Outputs
 * outside: their weights pass the cache once. */
__attribute__((target("amx-tile,amx-bf16,avx512f"))) void bf16_amx(const Bf16Job *j, size_t first,
                                                                   size_t last) {
    TileShapes shapes = {.palette = 1};
    for (size_t i = 0; i < 8; i++) {
        shapes.bytes_a_row[i] = 64;
        shapes.rows[i] = 16;
    }
    _tile_loadconfig(&shapes);
    size_t stride = j->input_stride, all = (j->rows + BF16_ROWS - 1) / BF16_ROWS * BF16_ROWS;
    for (size_t tile = first; tile < last; tile += 2) {
        const uint16_t *w0 = j->weights + tile * j->across * BF16_TILE,
                       *w1 = tile + 1 < last ? w0 + j->across * BF16_TILE : w0;
        for (size_t row = 0; row < all; row += 2 * BF16_ROWS) {
            const uint16_t *x0 = j->input + row * stride,
                           *x1 = row + BF16_ROWS < all ? x0 + BF16_ROWS * stride : x0;
            _tile_zero(0);
            _tile_zero(1);
            _tile_zero(2);
            _tile_zero(3);
            for (size_t k = 0; k < j->across; k++) {
                _tile_loadd(4, x0 + k * BF16_IN, stride * sizeof *x0);
                _tile_loadd(6, w0 + k * BF16_TILE, 64);
                _tile_loadd(7, w1 + k * BF16_TILE, 64);
                _tile_loadd(5, x1 + k * BF16_IN, stride * sizeof *x1);
                _tile_dpbf16ps(0, 4, 6);
                _tile_dpbf16ps(1, 4, 7);
                _tile_dpbf16ps(2, 5, 6);
                _tile_dpbf16ps(3, 5, 7);
            }
            float sums[4][BF16_ROWS * BF16_OUT];
            _tile_stored(0, sums[0], 64);
            _tile_stored(1, sums[1], 64);
            _tile_stored(2, sums[2], 64);
            _tile_stored(3, sums[3], 64);
            bf16_store(j, row, tile, sums[0]);
            if (tile + 1 < last) bf16_store(j, row, tile + 1, sums[1]);
            if (row + BF16_ROWS < all) bf16_store(j, row + BF16_ROWS, tile, sums[2]);
            if (tile + 1 < last && row + BF16_ROWS < all)
                bf16_store(j, row + BF16_ROWS, tile + 1, sums[3]);
        }
    }
    _tile_release();
}

#else
void bf16_avx512(const Bf16Job *j, size_t first, size_t last) { bf16_plain(j, first, last); }
void bf16_amx(const Bf16Job *j, size_t first, size_t last) { bf16_plain(j, first, last); }
#endif
