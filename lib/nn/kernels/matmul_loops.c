/* Products of float matrices of a few hundred rows and columns. A BLAS copies both operands into an
 * order of its own, and there that costs a fifth of the time. Here A is read where it is; two
 * vectors of columns of B at a time are copied into the first-level cache. */
#include "lib/base/loops.h"
#include "lib/base/part.h"
#include "lib/nn/kernels/matmul_kernels.h"

#ifndef NN_FLOAT64
#include "lib/nn/kernels/matmul_tiles.h"

enum {
    DEPTH = 256, /* a panel of B takes 32 KiB with AVX-512, else at most 16 */
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

/* --- the product --- */

/* Rows and steps of A that a panel of B passes. */
typedef struct {
    size_t row, rows, k, depth;
} Block;

/* What a panel of B adds to C. t: its A, its panel and what it prefetches. */
INLINE void panel_down(const Product *p, Block s, size_t col, Tiles t) {
    const size_t place = s.row * p->ldc + col;
    t.depth = s.depth;
    t.c = p->c + place;
    t.d = (s.k ? p->c : p->d) + place;
    t.ldc = p->ldc;
    t.cols = at_most(p->n - col, WIDTH);
    t.alpha = p->alpha;
    t.beta = s.k ? 1 : p->beta;
    t.bias = p->bias && s.k == 0 ? p->bias + col : NULL;
    tiles_down(t, s.rows, !p->ta);
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
        panel_down(p, s, col,
                   (Tiles){.a = p->a + (p->ta ? s.k * p->lda + s.row : s.row * p->lda + s.k),
                           .stride = p->lda,
                           .panel = panel,
                           .fetch = col == 0,
                           .next_a = &next_a,
                           .next_b = &next_b});
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

static void multiply_packed(const Product *p, float *room) {
    Ahead none = {0};
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
                panel_down(p, s, col,
                           (Tiles){.a = room,
                                   .stride = PACKED_STRIDE,
                                   .panel = panel,
                                   .next_a = &none,
                                   .next_b = &none});
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
