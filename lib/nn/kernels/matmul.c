#include "lib/nn/kernels/matmul.h"

#include <omp.h>

#include "lib/base/blas.h"
#include "lib/base/choices.h"
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

static void multiply_part(const Product *p, size_t row, size_t col, size_t rows, size_t cols) {
    if (rows == 0 || cols == 0) return;
    Product part = *p;
    part.m = rows;
    part.n = cols;
    part.a += p->ta ? row : row * p->lda;
    part.b += p->tb ? col * p->ldb : col;
    part.c += row * p->ldc + col;
    part.d += row * p->ldc + col;
    if (part.bias) part.bias += col;
    const OwnProducts *own = matmul_own();
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
    multiply((Product){false, false, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c, c, NULL});
}

void matmul_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc) {
    multiply((Product){false, true, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c, c, NULL});
}

void matmul_nt_onto(size_t m, size_t n, size_t k, const real *a, size_t lda, const real *b,
                    size_t ldb, const real *bias, const real *d, real *c, size_t ldc) {
    multiply(
        (Product){false, true, m, n, k, lda, ldb, ldc, 1, d ? 1 : 0, a, b, c, d ? d : c, bias});
}

void matmul_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b,
               size_t ldb, real beta, real *c, size_t ldc) {
    multiply((Product){true, false, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c, c, NULL});
}
