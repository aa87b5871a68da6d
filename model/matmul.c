#include "matmul.h"

#include <cblas.h>
#include <omp.h>

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

/* Rows first .. first+rows of the result. */
static void multiply_rows(const Product *p, size_t first, size_t rows) {
    if (rows == 0 || p->n == 0) return;
    const real *a = p->a + (p->ta == CblasNoTrans ? first * p->lda : first);
    gemm(CblasRowMajor, p->ta, p->tb, (blasint)rows, (blasint)p->n, (blasint)p->k, p->alpha, a, (blasint)p->lda, p->b,
         (blasint)p->ldb, p->beta, p->c + first * p->ldc, (blasint)p->ldc);
}

static void multiply(const Product *p) {
    enum { WORTH_SPLITTING = 1 << 18 }; /* multiply-adds */
    size_t threads = (size_t)omp_get_max_threads();
    if (threads == 1 || omp_in_parallel() || p->m * p->n * p->k < WORTH_SPLITTING) {
        multiply_rows(p, 0, p->m);
        return;
    }
#pragma omp parallel for schedule(static)
    for (size_t t = 0; t < threads; t++) {
        size_t first = p->m * t / threads, last = p->m * (t + 1) / threads;
        multiply_rows(p, first, last - first);
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
