#include "lib/nn/kernels/matmul.h"

#include <omp.h>
#include <stdlib.h>

#include "lib/base/blas.h"
#include "lib/base/choices.h"
#include "lib/base/memory.h"
#include "lib/base/part.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul_kernels.h"

#ifdef NN_FLOAT64
static const __typeof__(&cblas_dgemm) gemm = cblas_dgemm;
#else
static const __typeof__(&cblas_sgemm) gemm = cblas_sgemm;
#endif

const OwnProducts *matmul_own(void) {
    static const OwnProducts *const ways[] = LOOPS_WAYS(own_products);
    return ways[choice(CHOICE_LANES)];
}

/* Row i of C = beta D + bias, to which BLAS adds. */
static void begin_row(const Product *p, size_t i) {
    const ElementLoops *loops = loops_of_elements();
    real *c = p->c + i * p->ldc;
    const real *d = p->d + i * p->ldc;
    if (p->bias && p->beta != 0)
        loops->add(p->bias, p->beta, d, c, p->n);
    else if (p->bias)
        memcpy(c, p->bias, p->n * sizeof *c);
    else
        loops->scale(p->beta, d, c, p->n);
}

/* Where memory is out, a tile of rows at a time. */
static void multiply_packed(const OwnProducts *own, const Product *p) {
    enum { FEW = 12, LEAST = 1 << 13 };
    real few[LEAST], *room = memory_block(own->packed_room(p->m) * sizeof *room);
    const size_t most = room ? p->m : FEW;
    Product part = *p;
    for (size_t row = 0; row < p->m; row += most) {
        part.m = p->m - row < most ? p->m - row : most;
        part.a = p->a + row * p->lda;
        part.c = p->c + row * p->ldc;
        part.d = p->d + row * p->ldc;
        own->multiply_packed(&part, room ? room : few);
    }
    free(room);
}

static void multiply_part(const Product *p, size_t row, size_t col, size_t rows, size_t cols) {
    if (rows == 0 || cols == 0) return;
    Product part = *p;
    part.m = rows;
    part.n = cols;
    part.a += p->ta ? row : row * p->lda;
    if (p->b) part.b += p->tb ? col * p->ldb : col;
    part.c += row * p->ldc + col;
    part.d += row * p->ldc + col;
    if (part.bias) part.bias += col;
    const OwnProducts *own = matmul_own();
    if (p->panels) {
        part.panel = col / own->panel_width;
        multiply_packed(own, &part);
        return;
    }
    if (choice(CHOICE_MATMUL) == MATMUL_OWN && own->pays(&part)) {
        own->multiply(&part);
        return;
    }
    bool begun = part.bias || part.d != part.c;
    for (size_t i = 0; begun && i < rows; i++) begin_row(&part, i);
    gemm(CblasRowMajor, p->ta ? CblasTrans : CblasNoTrans, p->tb ? CblasTrans : CblasNoTrans,
         (int)rows, (int)cols, (int)p->k, p->alpha, part.a, (int)p->lda, part.b, (int)p->ldb,
         begun ? 1 : p->beta, part.c, (int)p->ldc);
}

/* Every part packs its share of A and of B: the longer side is cut, so that the longer operand is
 * packed once and only the shorter one by all. Threads take parts as they get ready: cores are not
 * equally fast where other programs use them too, or where some are small. */
static void multiply(Product p) {
    enum {
        WORTH_SPLITTING = 1 << 18,
        UNIT = 32,
        LEAST = 96,
        TURNS = 3
    }; /* multiply-adds; rows or columns of the kernels' tiles, of a part; parts for each thread */
    size_t threads = (size_t)omp_get_max_threads();
    if (threads == 1 || omp_in_parallel() || p.m * p.n * p.k < WORTH_SPLITTING) {
        multiply_part(&p, 0, 0, p.m, p.n);
        return;
    }
    bool by_rows = p.m >= p.n;
    size_t side = by_rows ? p.m : p.n, most = threads * TURNS,
           parts = side / LEAST < most ? side / LEAST : most;
    if (parts < threads) parts = threads;
#pragma omp parallel for schedule(dynamic)
    for (size_t t = 0; t < parts; t++) {
        Part part = part_of(side, UNIT, t, parts);
        if (by_rows)
            multiply_part(&p, part.first, 0, part.count, p.n);
        else
            multiply_part(&p, 0, part.first, p.m, part.count);
    }
}

void matmul(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
            size_t ldb, real beta, real *c, size_t ldc) {
    multiply((Product){.m = m,
                       .n = n,
                       .k = k,
                       .lda = lda,
                       .ldb = ldb,
                       .ldc = ldc,
                       .alpha = alpha,
                       .beta = beta,
                       .a = a,
                       .b = b,
                       .c = c,
                       .d = c});
}

void matmul_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc) {
    multiply((Product){.tb = true,
                       .m = m,
                       .n = n,
                       .k = k,
                       .lda = lda,
                       .ldb = ldb,
                       .ldc = ldc,
                       .alpha = alpha,
                       .beta = beta,
                       .a = a,
                       .b = b,
                       .c = c,
                       .d = c});
}

void matmul_nt_onto(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b,
                    size_t ldb, const real *bias, const real *d, real *c, size_t ldc) {
    multiply((Product){.tb = true,
                       .m = m,
                       .n = n,
                       .k = k,
                       .lda = lda,
                       .ldb = ldb,
                       .ldc = ldc,
                       .alpha = 1,
                       .beta = d ? 1 : 0,
                       .a = a,
                       .b = b,
                       .c = c,
                       .d = d ? d : c,
                       .bias = bias});
}

void matmul_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc) {
    multiply((Product){.ta = true,
                       .m = m,
                       .n = n,
                       .k = k,
                       .lda = lda,
                       .ldb = ldb,
                       .ldc = ldc,
                       .alpha = alpha,
                       .beta = beta,
                       .a = a,
                       .b = b,
                       .c = c,
                       .d = c});
}

/* --- weights --- */

static Product product_of(const MatmulWeights *w) {
    return (Product){.tb = w->transposed,
                     .n = w->n,
                     .k = w->k,
                     .ldb = w->transposed ? w->k : w->n,
                     .alpha = 1,
                     .b = w->b,
                     .panels = w->panels,
                     .packed_n = w->n};
}

size_t matmul_packed_size(const MatmulWeights *w) {
    if (w->panels || choice(CHOICE_MATMUL) != MATMUL_OWN) return 0;
    return matmul_own()->packed_size(w->n, w->k);
}

MatmulWeights matmul_packed(const MatmulWeights *w, real *room) {
    const OwnProducts *own = matmul_own();
    const size_t parts = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    if (matmul_packed_size(w) == 0) return *w;
#pragma omp parallel for if (parts > 1 && w->n * w->k > WORTH_THREADS)
    for (size_t i = 0; i < parts; i++) {
        const Part columns = part_of(w->n, own->panel_width, i, parts);
        Product p = product_of(w);
        p.n = columns.count;
        p.b += w->transposed ? columns.first * p.ldb : columns.first;
        p.panel = columns.first / own->panel_width;
        own->pack(&p, room);
    }
    return (MatmulWeights){.transposed = w->transposed, .n = w->n, .k = w->k, .panels = room};
}

int matmul_pack(MatmulWeights *w, Error *err) {
    const size_t size = matmul_packed_size(w);
    if (size == 0) return 0;
    real *panels = memory_block(size * sizeof *panels);
    if (!panels) return error_set(err, "out of memory");
    *w = matmul_packed(w, panels);
    return 0;
}

void matmul_weights_free(MatmulWeights *w) {
    free(w->panels);
    *w = (MatmulWeights){0};
}

/* BLAS wants rows that share nothing: then there is a product for every lda of terms. */
void matmul_by_weights(const MatmulWeights *w, size_t m, const real *a, size_t lda,
                       const real *bias, const real *d, real *c, size_t ldc) {
    const size_t step = w->panels || lda > w->k ? w->k : lda;
    for (size_t k = 0; k < w->k; k += step) {
        Product p = product_of(w);
        p.m = m;
        p.k = w->k - k < step ? w->k - k : step;
        p.lda = lda;
        p.ldc = ldc;
        p.a = a + k;
        if (p.b) p.b += w->transposed ? k : k * p.ldb;
        p.c = c;
        p.d = d && k == 0 ? d : c;
        p.beta = d || k > 0 ? 1 : 0;
        p.bias = k == 0 ? bias : NULL;
        multiply(p);
    }
}
