/* matmul_tiles.h: the inner loops of matmul_loops.c, tiles of C below each other: as many sums as
 * registers hold. Compiled for the vectors of the file that includes it (vectors.h). */
#ifndef LIB_NN_KERNELS_MATMUL_TILES_H
#define LIB_NN_KERNELS_MATMUL_TILES_H

#include <stdbool.h>

#include "lib/nn/kernels/vectors.h"

#define INLINE VECTOR_INLINE

enum {
    LANES = VECTOR_LANES,
    LINE = 16, /* numbers in a line of the cache */
    WIDTH = 2 * LANES, /* columns of B in a panel */
    HEIGHT = VECTOR_REGISTERS >= 32 ? 12 : 6, /* rows of A: 24 sums of 32 registers, 12 of 16 */
    STEPS = HEIGHT == 12 ? 4 : 2, /* in a row, as registers allow */
    EAGER = LANES < 16 /* whether prefetching B and D pays: measured */
};

static inline size_t at_most(size_t n, size_t limit) { return n < limit ? n : limit; }

/* --- prefetching, line by line, of what the next block reads --- */

typedef struct {
    const float *at; /* a row of a matrix with this stride */
    size_t stride, lines, line,
        left; /* lines of a row, the next of them; lines of all rows still to come */
} Ahead;

INLINE Ahead ahead_of(const float *x, size_t stride, size_t row, size_t rows, size_t col,
                      size_t cols) {
    size_t lines = (cols + LINE - 1) / LINE;
    return rows ? (Ahead){.at = x + row * stride + col,
                          .stride = stride,
                          .lines = lines,
                          .left = rows * lines}
                : (Ahead){0};
}

INLINE void look_ahead(Ahead *a) {
    if (a->left == 0) return;
    __builtin_prefetch(a->at + a->line * LINE, 0, 2);
    a->left--;
    if (++a->line < a->lines) return;
    a->line = 0;
    a->at += a->stride;
}

/* --- tiles --- */

/* `count` tiles of the same height below each other, all columns of a panel of B. */
typedef struct {
    const float *a; /* element (i, k) at i * stride + k, or the other way round */
    size_t stride, depth, count;
    const float *panel, *bias, *d; /* [depth, WIDTH]; d, bias: what is added */
    float *c;
    size_t ldc, cols;
    float alpha, beta;
    bool fetch; /* whether the rows of A of the next tile are prefetched, and then so many more */
    size_t below;
    Ahead *next_a, *next_b; /* what else is; the former while A is read by columns */
} Tiles;

typedef Vector Sums[HEIGHT][2];

/* One more term of n rows: a[i] times the panel's row. */
INLINE void add_term(Sums sum, const float *const a[HEIGHT], size_t at, const float *b,
                     const size_t n, const size_t vectors) {
    Vector b0 = vector_load(b), b1 = vectors > 1 ? vector_load(b + LANES) : b0;
#pragma GCC unroll 12
    for (size_t i = 0; i < n; i++) {
        Vector x = vector_all(a[i][at]);
        sum[i][0] = vector_fma(x, b0, sum[i][0]);
        if (vectors > 1) sum[i][1] = vector_fma(x, b1, sum[i][1]);
    }
}

/* Where n rows are: three to a pointer, which is what x86's addresses can say. */
typedef struct {
    const float *third[HEIGHT / 3];
    size_t stride;
} Rows;

INLINE void add_row_terms(Sums sum, const Rows *r, const float *b, const size_t steps,
                          const size_t n, const size_t vectors) {
    const float *a[HEIGHT];
#pragma GCC unroll 12
    for (size_t i = 0; i < HEIGHT; i++) a[i] = r->third[i / 3] + i % 3 * r->stride;
#pragma GCC unroll 4
    for (size_t j = 0; j < steps; j++) add_term(sum, a, j, b + j * WIDTH, n, vectors);
}

/* `below`: rows of A below these n. */
INLINE void add_rows(const Tiles *t, const float *a, size_t below, Sums sum, const size_t n,
                     const size_t vectors) {
    const size_t stride = t->stride, depth = t->depth;
    const float *b = t->panel;
    Rows r = {.stride = stride};
#pragma GCC unroll 4
    for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i] = a + (3 * i < n ? 3 * i * stride : 0);
    const bool fetch = t->fetch && below > 0;
    Ahead next = fetch ? ahead_of(a, stride, n, at_most(below, HEIGHT), 0, depth) : *t->next_b;
    size_t k = 0;
    for (; k + STEPS <= depth; k += STEPS, b += STEPS * WIDTH) {
        look_ahead(&next);
        if (STEPS == 4) look_ahead(&next);
        add_row_terms(sum, &r, b, STEPS, n, vectors);
#pragma GCC unroll 4
        for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i] += STEPS;
    }
    for (; k < depth; k++, b += WIDTH) {
        add_row_terms(sum, &r, b, 1, n, vectors);
#pragma GCC unroll 4
        for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i]++;
    }
    if (!fetch) *t->next_b = next;
}

INLINE void add_columns(const Tiles *t, const float *a, Sums sum, const size_t n,
                        const size_t vectors) {
    const size_t stride = t->stride, depth = t->depth;
    const float *b = t->panel;
    Ahead next_a = *t->next_a, next_b = *t->next_b;
    for (size_t k = 0; k < depth;) {
        look_ahead(&next_a);
        look_ahead(&next_b);
#pragma GCC unroll 4
        for (size_t j = 0; j < 4 && k < depth; j++, k++, b += WIDTH, a += stride) {
            const float *at[HEIGHT];
#pragma GCC unroll 12
            for (size_t i = 0; i < HEIGHT; i++) at[i] = a + i;
            add_term(sum, at, 0, b, n, vectors);
        }
    }
    *t->next_a = next_a;
    *t->next_b = next_b;
}

/* The sums, scaled, with bias and d -> c. */
INLINE void store_sums(const Tiles *t, size_t row, Sums sum, const size_t n, const size_t vectors) {
    const Vector alpha = vector_all(t->alpha), beta = vector_all(t->beta);
    const size_t ldc = t->ldc, cols = t->cols;
    const bool adds = t->beta != 0;
    float *const c = t->c + row * ldc;
    const float *const d = t->d + row * ldc, *const bias = t->bias;
    for (size_t v = 0; v < vectors; v++) {
        const size_t at = v * LANES;
        const Selection mask = vector_first(cols - at);
        const bool whole = cols >= at + LANES;
        const Vector b = bias ? vector_load_some(mask, bias + at) : vector_all(0);
#pragma GCC unroll 12
        for (size_t i = 0; i < n; i++) {
            Vector x = vector_fma(alpha, sum[i][v], b);
            if (adds) x = vector_fma(beta, vector_load_some(mask, d + i * ldc + at), x);
            if (whole)
                vector_store(c + i * ldc + at, x);
            else
                vector_store_some(c + i * ldc + at, mask, x);
        }
    }
}

/* Tiles of n rows by `vectors` vectors of columns. In one loop, so that the next tile's first
 * products need not wait for the last one's stores. */
INLINE void add_tiles(const Tiles *t, const size_t n, const size_t vectors, const bool by_rows) {
    const size_t ldc = t->ldc, count = t->count, stride = t->stride;
    const bool onto_other = EAGER && t->d != t->c && t->beta != 0;
    for (size_t tile = 0; tile < count; tile++) {
        const size_t row = tile * n, left = (count - 1 - tile) * n;
        const float *a = t->a + (by_rows ? row * stride : row);
        Sums sum;
#pragma GCC unroll 12
        for (size_t i = 0; i < n; i++)
            for (size_t v = 0; v < vectors; v++) {
                sum[i][v] = vector_all(0);
                /* what the sums go to, to be there when they are */
                __builtin_prefetch(t->c + (row + i) * ldc + v * LANES, 1, 3);
                if (onto_other) __builtin_prefetch(t->d + (row + i) * ldc + v * LANES, 0, 3);
            }
        if (by_rows)
            add_rows(t, a, left + t->below, sum, n, vectors);
        else
            add_columns(t, a, sum, n, vectors);
        store_sums(t, row, sum, n, vectors);
    }
}

/* n from 7 on, where tiles are so high. */
INLINE void add_high_tiles_of(const Tiles *t, size_t n, size_t vectors, bool by_rows) {
    switch (n) {
    case 7:
        add_tiles(t, 7, vectors, by_rows);
        break;
    case 8:
        add_tiles(t, 8, vectors, by_rows);
        break;
    case 9:
        add_tiles(t, 9, vectors, by_rows);
        break;
    case 10:
        add_tiles(t, 10, vectors, by_rows);
        break;
    case 11:
        add_tiles(t, 11, vectors, by_rows);
        break;
    default:
        add_tiles(t, 12, vectors, by_rows);
        break;
    }
}

INLINE void add_tiles_of(const Tiles *t, size_t n, size_t vectors, bool by_rows) {
    switch (n) {
    case 1:
        add_tiles(t, 1, vectors, by_rows);
        break;
    case 2:
        add_tiles(t, 2, vectors, by_rows);
        break;
    case 3:
        add_tiles(t, 3, vectors, by_rows);
        break;
    case 4:
        add_tiles(t, 4, vectors, by_rows);
        break;
    case 5:
        add_tiles(t, 5, vectors, by_rows);
        break;
    case 6:
        add_tiles(t, 6, vectors, by_rows);
        break;
    default:
        if (HEIGHT > 6) add_high_tiles_of(t, n, vectors, by_rows);
        break;
    }
}

static void add_rows_wide(const Tiles *t, size_t n) { add_tiles_of(t, n, 2, true); }
static void add_rows_narrow(const Tiles *t, size_t n) { add_tiles_of(t, n, 1, true); }
static void add_columns_wide(const Tiles *t, size_t n) { add_tiles_of(t, n, 2, false); }
static void add_columns_narrow(const Tiles *t, size_t n) { add_tiles_of(t, n, 1, false); }

INLINE void add_same_height(const Tiles *t, size_t n, bool by_rows) {
    if (by_rows)
        (t->cols > LANES ? add_rows_wide : add_rows_narrow)(t, n);
    else
        (t->cols > LANES ? add_columns_wide : add_columns_narrow)(t, n);
}

/* rows > 0 of C, columns of one panel, in as few tiles as there can be, of two heights at most. */
INLINE void tiles_down(Tiles t, size_t rows, bool by_rows) {
    const size_t count = (rows + HEIGHT - 1) / HEIGHT, low = rows / count, high = rows % count;
    const size_t done = high * (low + 1);
    t.count = high;
    t.below = rows - done;
    if (high > 0) add_same_height(&t, low + 1, by_rows);
    t.a += by_rows ? done * t.stride : done;
    t.c += done * t.ldc;
    t.d += done * t.ldc;
    t.count = count - high;
    t.below = 0;
    add_same_height(&t, low, by_rows);
}

#endif
