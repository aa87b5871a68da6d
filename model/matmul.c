#include "matmul.h"

#include <omp.h>
#include <stdbool.h>

#include "lib/blas.h"
#include "lib/part.h"

#ifdef MODEL_FLOAT64
static const __typeof__(&cblas_dgemm) gemm = cblas_dgemm;
#else
static const __typeof__(&cblas_sgemm) gemm = cblas_sgemm;
#endif

typedef struct {
    CBLAS_TRANSPOSE ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    real alpha, beta;
    const real *a, *b;
    real *c;
} Product;

/* The part of the result that begins at (row, col). */
static void multiply_part(const Product *p, size_t row, size_t col, size_t rows, size_t cols) {
    if (rows == 0 || cols == 0) return;
    const real *a = p->a + (p->ta == CblasNoTrans ? row * p->lda : row);
    const real *b = p->b + (p->tb == CblasNoTrans ? col : col * p->ldb);
    gemm(CblasRowMajor, p->ta, p->tb, (int)rows, (int)cols, (int)p->k, p->alpha, a, (int)p->lda, b, (int)p->ldb, p->beta,
         p->c + row * p->ldc + col, (int)p->ldc);
}

/* Every thread's BLAS copies its part of A and its part of B into an order of its own: the longer side is cut, so that the longer operand
 * is copied once and the shorter one by all. */
static void multiply(const Product *p) {
    enum { WORTH_SPLITTING = 1 << 18, TILE = 16 }; /* multiply-adds; rows or columns of a tile of BLAS's kernels */
    size_t threads = (size_t)omp_get_max_threads();
    if (threads == 1 || omp_in_parallel() || p->m * p->n * p->k < WORTH_SPLITTING) {
        multiply_part(p, 0, 0, p->m, p->n);
        return;
    }
    bool by_rows = p->m >= p->n;
    size_t length = by_rows ? p->m : p->n;
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < threads; t++) {
        Part part = part_of(length, TILE, t, threads);
        if (by_rows) multiply_part(p, part.first, 0, part.count, p->n);
        else multiply_part(p, 0, part.first, p->m, part.count);
    }
}

void matmul(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb, real beta,
            real *c, size_t ldc) {
    multiply(&(Product){CblasNoTrans, CblasNoTrans, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c});
}

void matmul_nt(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb, real beta,
               real *c, size_t ldc) {
    multiply(&(Product){CblasNoTrans, CblasTrans, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c});
}

void matmul_tn(size_t m, size_t n, size_t k, real alpha, const real *a, size_t lda, const real *b, size_t ldb, real beta,
               real *c, size_t ldc) {
    multiply(&(Product){CblasTrans, CblasNoTrans, m, n, k, lda, ldb, ldc, alpha, beta, a, b, c});
}
