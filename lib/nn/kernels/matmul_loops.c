/* Products of float matrices of a few hundred rows and columns. A BLAS copies both operands into an
 * order of its own, and there that costs a fifth of the time. Here A is read where it is; two
 * vectors of columns of B at a time are copied into the first-level cache. */
#include "lib/base/loops.h"
#include "lib/base/part.h"
#include "lib/nn/kernels/matmul_kernels.h"

#ifndef NN_FLOAT64
#include "lib/nn/kernels/vectors.h"

#define INLINE VECTOR_INLINE

enum {
    LANES = VECTOR_LANES,
    LINE = 16, /* numbers in a line of the cache */
    WIDTH = 2 * LANES, /* columns of B in a panel */
    HEIGHT = VECTOR_REGISTERS >= 32 ? 12 : 6, /* rows of A: 24 sums of 32 registers, 12 of 16 */
    STEPS = HEIGHT == 12 ? 4 : 2, /* in a row, as registers allow */
    EAGER = LANES < 16, /* whether prefetching B and D pays: measured */
    DEPTH = 256, /* a panel of B takes 32 KiB of 64 with AVX-512, else at most 16 */
    KEPT = 720 * DEPTH /* numbers of A that panels of B pass: 720 KiB */
};

/* As measured beside OpenBLAS. With few rows the copy of B costs too much, with few steps (k) the
 * loading and storing of sums, and for AVX-512 OpenBLAS multiplies small matrices without copies
 * where B is not transposed. Beyond the last line's sizes a BLAS, which copies A too, makes better
 * use of caches.
 */
static bool pays(const Product *p) {
    enum { SMALL = 1000000, FEW = 80 };
    const size_t least = LANES == 8 || p->tb ? 12 : 48;
    if (p->k < 32 || p->m < least) return false;
    if (LANES != 8 && !p->tb && p->m * p->n * p->k <= SMALL) return false;
    return (p->tb && p->m <= FEW) || (p->ta ? p->m * p->n <= 1 << 16 : p->k * p->n <= 1 << 18);
}

/* --- the copy of B: [depth][WIDTH], zeros beside its columns --- */

/* LANES rows of B, `cols` of them there, from step k on. */
INLINE void copy_square(const float *b, size_t ldb, size_t cols, size_t steps, const bool whole,
                        float *to) {
    Selection mask = vector_first(steps);
    Vector r[LANES];
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        if (whole)
            r[i] = vector_load(b + i * ldb);
        else
            r[i] = i < cols ? vector_load_some(mask, b + i * ldb) : vector_all(0);
    vector_transpose(r);
#pragma GCC unroll 16
    for (size_t i = 0; i < LANES; i++)
        vector_store(to + i * WIDTH, r[i]); /* up to whole vectors: DEPTH is a multiple of LANES */
}

static void copy_transposed(const float *b, size_t ldb, size_t cols, size_t depth, float *to) {
    for (size_t half = 0; half < WIDTH; half += LANES) {
        const float *from = b + half * ldb;
        size_t left = cols > half ? cols - half : 0, k = 0;
        for (; left >= LANES && k + LANES <= depth; k += LANES)
            copy_square(from + k, ldb, LANES, LANES, true, to + k * WIDTH + half);
        for (; k < depth; k += LANES)
            copy_square(from + k, ldb, left, depth - k, false, to + k * WIDTH + half);
    }
}

static void copy_straight(const float *b, size_t ldb, size_t cols, size_t depth, float *to) {
    Selection left = vector_first(cols), right = vector_first(cols > LANES ? cols - LANES : 0);
    for (size_t k = 0; cols >= WIDTH && k < depth; k++) {
        vector_store(to + k * WIDTH, vector_load(b + k * ldb));
        vector_store(to + k * WIDTH + LANES, vector_load(b + k * ldb + LANES));
    }
    for (size_t k = 0; cols < WIDTH && k < depth; k++) {
        vector_store(to + k * WIDTH, vector_load_some(left, b + k * ldb));
        vector_store(to + k * WIDTH + LANES, vector_load_some(right, b + k * ldb + LANES));
    }
}

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

/* --- a tile of C --- */

typedef struct {
    const float *a; /* element (i, k) at i * stride + k, or the other way round */
    size_t stride, depth;
    const float *panel, *bias, *d; /* d, bias: what is added */
    float *c;
    size_t ldc, cols;
    float alpha, beta;
    Ahead *next_a, *next_b;
} Tile;

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

INLINE void add_rows(const Tile *t, Sums sum, const size_t n, const size_t vectors) {
    const size_t stride = t->stride;
    const float *b = t->panel;
    Rows r = {.stride = stride};
#pragma GCC unroll 4
    for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i] = t->a + (3 * i < n ? 3 * i * stride : 0);
    Ahead *ahead = t->next_a->left ? t->next_a : t->next_b, next = *ahead;
    size_t k = 0;
    for (; k + STEPS <= t->depth; k += STEPS, b += STEPS * WIDTH) {
        look_ahead(&next);
        if (STEPS == 4) look_ahead(&next);
        add_row_terms(sum, &r, b, STEPS, n, vectors);
#pragma GCC unroll 4
        for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i] += STEPS;
    }
    for (; k < t->depth; k++, b += WIDTH) {
        add_row_terms(sum, &r, b, 1, n, vectors);
#pragma GCC unroll 4
        for (size_t i = 0; i < HEIGHT / 3; i++) r.third[i]++;
    }
    *ahead = next;
}

INLINE void add_columns(const Tile *t, Sums sum, const size_t n, const size_t vectors) {
    const float *b = t->panel, *a = t->a;
    Ahead next_a = *t->next_a, next_b = *t->next_b;
    for (size_t k = 0; k < t->depth;) {
        look_ahead(&next_a);
        look_ahead(&next_b);
#pragma GCC unroll 4
        for (size_t j = 0; j < 4 && k < t->depth; j++, k++, b += WIDTH, a += t->stride) {
            const float *at[HEIGHT];
#pragma GCC unroll 12
            for (size_t i = 0; i < HEIGHT; i++) at[i] = a + i;
            add_term(sum, at, 0, b, n, vectors);
        }
    }
    *t->next_a = next_a;
    *t->next_b = next_b;
}

/* n rows by `vectors` vectors of columns. */
INLINE void tile(const Tile *t, const size_t n, const size_t vectors, const bool by_rows) {
    Sums sum;
#pragma GCC unroll 12
    for (size_t i = 0; i < n; i++)
        for (size_t v = 0; v < vectors; v++) {
            sum[i][v] = vector_all(0);
            /* what the sums go to, to be there when they are */
            __builtin_prefetch(t->c + i * t->ldc + v * LANES, 1, 3);
            if (EAGER && t->d != t->c && t->beta != 0)
                __builtin_prefetch(t->d + i * t->ldc + v * LANES, 0, 3);
        }
    if (by_rows)
        add_rows(t, sum, n, vectors);
    else
        add_columns(t, sum, n, vectors);
    const Vector alpha = vector_all(t->alpha), beta = vector_all(t->beta);
    for (size_t v = 0; v < vectors; v++) {
        Selection mask = vector_first(t->cols - v * LANES);
        const bool whole = t->cols >= (v + 1) * LANES;
        Vector bias = t->bias ? vector_load_some(mask, t->bias + v * LANES) : vector_all(0);
#pragma GCC unroll 12
        for (size_t i = 0; i < n; i++) {
            float *c = t->c + i * t->ldc + v * LANES;
            Vector x = vector_fma(alpha, sum[i][v], bias);
            if (t->beta != 0)
                x = vector_fma(beta, vector_load_some(mask, t->d + i * t->ldc + v * LANES), x);
            if (whole)
                vector_store(c, x);
            else
                vector_store_some(c, mask, x);
        }
    }
}

/* n from 7 on, where tiles are so high. */
INLINE void high_tile_of(const Tile *t, size_t n, size_t vectors, bool by_rows) {
    switch (n) {
    case 7:
        tile(t, 7, vectors, by_rows);
        break;
    case 8:
        tile(t, 8, vectors, by_rows);
        break;
    case 9:
        tile(t, 9, vectors, by_rows);
        break;
    case 10:
        tile(t, 10, vectors, by_rows);
        break;
    case 11:
        tile(t, 11, vectors, by_rows);
        break;
    default:
        tile(t, 12, vectors, by_rows);
        break;
    }
}

INLINE void tile_of(const Tile *t, size_t n, size_t vectors, bool by_rows) {
    switch (n) {
    case 1:
        tile(t, 1, vectors, by_rows);
        break;
    case 2:
        tile(t, 2, vectors, by_rows);
        break;
    case 3:
        tile(t, 3, vectors, by_rows);
        break;
    case 4:
        tile(t, 4, vectors, by_rows);
        break;
    case 5:
        tile(t, 5, vectors, by_rows);
        break;
    case 6:
        tile(t, 6, vectors, by_rows);
        break;
    default:
        if (HEIGHT > 6) high_tile_of(t, n, vectors, by_rows);
        break;
    }
}

static void tile_rows_wide(const Tile *t, size_t n) { tile_of(t, n, 2, true); }
static void tile_rows_narrow(const Tile *t, size_t n) { tile_of(t, n, 1, true); }
static void tile_columns_wide(const Tile *t, size_t n) { tile_of(t, n, 2, false); }
static void tile_columns_narrow(const Tile *t, size_t n) { tile_of(t, n, 1, false); }

/* --- the product --- */

static size_t at_most(size_t n, size_t limit) { return n < limit ? n : limit; }

/* Rows and steps of A that a panel of B passes. */
typedef struct {
    size_t row, rows, k, depth;
} Block;

/* The tiles of a panel of B, below each other. */
INLINE void panel_down(const Product *p, Block s, size_t col, const float *panel, Ahead *next_a,
                       Ahead *next_b) {
    size_t tiles = (s.rows + HEIGHT - 1) / HEIGHT, cols = at_most(p->n - col, WIDTH);
    for (size_t i = 0; i < tiles; i++) {
        size_t first = s.row + s.rows * i / tiles, n = s.row + s.rows * (i + 1) / tiles - first;
        size_t below = at_most(s.row + s.rows - first - n, HEIGHT);
        Ahead next_rows = ahead_of(p->a, p->lda, first + n, col ? 0 : below, s.k, s.depth);
        Tile t = {.a = p->ta ? p->a + s.k * p->lda + first : p->a + first * p->lda + s.k,
                  .stride = p->lda,
                  .depth = s.depth,
                  .panel = panel,
                  .c = p->c + first * p->ldc + col,
                  .d = (s.k ? p->c : p->d) + first * p->ldc + col,
                  .ldc = p->ldc,
                  .cols = cols,
                  .alpha = p->alpha,
                  .beta = s.k ? 1 : p->beta,
                  .bias = p->bias && s.k == 0 ? p->bias + col : NULL,
                  .next_a = p->ta ? next_a : &next_rows,
                  .next_b = next_b};
        if (p->ta)
            (cols > LANES ? tile_columns_wide : tile_columns_narrow)(&t, n);
        else
            (cols > LANES ? tile_rows_wide : tile_rows_narrow)(&t, n);
    }
}

/* What is copied of B after the panel at `col`: the panel beside it, or the first of the next
 * steps. Blocks of further rows find it in a cache, unless A is transposed. */
static Ahead next_panel(const Product *p, Block s, size_t col) {
    const size_t right = col + WIDTH, then = s.k + s.depth;
    if (!p->ta && (s.row > 0 || !EAGER)) return (Ahead){0};
    if (p->tb) {
        size_t rows = at_most(p->n > right ? p->n - right : 0, WIDTH);
        return ahead_of(p->b, p->ldb, right, rows, s.k, s.depth);
    }
    if (right < p->n) return ahead_of(p->b, p->ldb, s.k, s.depth, right, WIDTH);
    return ahead_of(p->b, p->ldb, then, at_most(p->k - then, DEPTH), 0, WIDTH);
}

static void block(const Product *p, Block s) {
    _Alignas(64) float panel[DEPTH * WIDTH];
    size_t then = s.k + s.depth, steps = at_most(p->k - then, DEPTH); /* of the next block */
    Ahead next_a = ahead_of(p->a, p->lda, then, p->ta ? steps : 0, s.row, s.rows);
    for (size_t col = 0; col < p->n; col += WIDTH) {
        Ahead next_b = next_panel(p, s, col);
        if (p->tb)
            copy_transposed(p->b + col * p->ldb + s.k, p->ldb, at_most(p->n - col, WIDTH), s.depth,
                            panel);
        else
            copy_straight(p->b + s.k * p->ldb + col, p->ldb, at_most(p->n - col, WIDTH), s.depth,
                          panel);
        panel_down(p, s, col, panel, &next_a, &next_b);
    }
}

static void multiply(const Product *p) {
    size_t most = KEPT / at_most(p->k, DEPTH), blocks = (p->m + most - 1) / most;
    for (size_t i = 0; i < blocks; i++)
        for (size_t k = 0; k < p->k; k += DEPTH) {
            Part rows = part_of(p->m, HEIGHT, i, blocks);
            block(p, (Block){rows.first, rows.count, k, at_most(p->k - k, DEPTH)});
        }
}

/* --- the product with panels that were packed before --- */

enum {
    PACKED_DEPTH = 384,
    PACKED_STRIDE = PACKED_DEPTH + LINE, /* rows of A's copy lie in different sets of the cache */
    PACKED_KEPT = 480 /* rows of it: 750 KiB */
};

static size_t up_to(size_t n, size_t unit) { return (n + unit - 1) / unit * unit; }

static size_t packed_size(size_t n, size_t k) {
    return up_to(n, WIDTH) * (k / PACKED_DEPTH * PACKED_DEPTH + up_to(k % PACKED_DEPTH, LANES));
}

static void pack(const Product *p, float *to) {
    const size_t wide = up_to(p->packed_n, WIDTH);
    for (size_t k = 0; k < p->k; k += PACKED_DEPTH) {
        const size_t depth = at_most(p->k - k, PACKED_DEPTH), high = up_to(depth, LANES);
        float *panel = to + k * wide + p->panel * high * WIDTH;
        for (size_t col = 0; col < p->n; col += WIDTH, panel += high * WIDTH)
            if (p->tb)
                copy_transposed(p->b + col * p->ldb + k, p->ldb, at_most(p->n - col, WIDTH), depth,
                                panel);
            else
                copy_straight(p->b + k * p->ldb + col, p->ldb, at_most(p->n - col, WIDTH), depth,
                              panel);
    }
}

static size_t packed_room(size_t m) { return at_most(m, PACKED_KEPT) * PACKED_STRIDE; }

/* Rows of a's copy times a panel. */
static void packed_down(const Product *p, Block s, size_t col, const float *a, const float *panel) {
    const size_t tiles = (s.rows + HEIGHT - 1) / HEIGHT, cols = at_most(p->n - col, WIDTH);
    Ahead none = {0};
    for (size_t i = 0; i < tiles; i++) {
        const size_t from = s.rows * i / tiles, n = s.rows * (i + 1) / tiles - from;
        const size_t place = (s.row + from) * p->ldc + col;
        const Tile t = {.a = a + from * PACKED_STRIDE,
                        .stride = PACKED_STRIDE,
                        .depth = s.depth,
                        .panel = panel,
                        .c = p->c + place,
                        .d = (s.k ? p->c : p->d) + place,
                        .ldc = p->ldc,
                        .cols = cols,
                        .alpha = p->alpha,
                        .beta = s.k ? 1 : p->beta,
                        .bias = p->bias && s.k == 0 ? p->bias + col : NULL,
                        .next_a = &none,
                        .next_b = &none};
        (cols > LANES ? tile_rows_wide : tile_rows_narrow)(&t, n);
    }
}

static void multiply_packed(const Product *p, float *room) {
    const size_t blocks = (p->m + PACKED_KEPT - 1) / PACKED_KEPT, wide = up_to(p->packed_n, WIDTH);
    for (size_t i = 0; i < blocks; i++) {
        const Part rows = part_of(p->m, HEIGHT, i, blocks);
        for (size_t k = 0; k < p->k; k += PACKED_DEPTH) {
            const Block s = {rows.first, rows.count, k, at_most(p->k - k, PACKED_DEPTH)};
            const size_t high = up_to(s.depth, LANES);
            const float *panel = p->panels + k * wide + p->panel * high * WIDTH;
            for (size_t t = 0; t < s.rows; t++)
                memcpy(room + t * PACKED_STRIDE, p->a + (s.row + t) * p->lda + k,
                       s.depth * sizeof *room);
            for (size_t col = 0; col < p->n; col += WIDTH, panel += high * WIDTH)
                packed_down(p, s, col, room, panel);
        }
    }
}

#else
enum { WIDTH = 1 };
static bool pays(const Product *p) { return (void)p, false; }
static void multiply(const Product *p) { (void)p; }
static size_t packed_size(size_t n, size_t k) { return (void)n, (void)k, 0; }
static void pack(const Product *p, real *to) { (void)p, (void)to; }
static size_t packed_room(size_t m) { return (void)m, 0; }
static void multiply_packed(const Product *p, real *room) { (void)p, (void)room; }
#endif

const OwnProducts LOOPS_TABLE(own_products) = {.multiply = multiply,
                                               .pays = pays,
                                               .packed_size = packed_size,
                                               .pack = pack,
                                               .packed_room = packed_room,
                                               .multiply_packed = multiply_packed,
                                               .panel_width = WIDTH};
