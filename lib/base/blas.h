/* blas.h: the BLAS that the Makefile's variable of that name chose: OpenBLAS (also SciPy's build of
 * it, scipy-openblas, whose names begin with scipy_), or any other with a cblas.h. */
#ifndef LIB_BASE_BLAS_H
#define LIB_BASE_BLAS_H

#include <cblas.h>

#ifdef BLAS_SYMBOL_PREFIX
#define cblas_sgemm scipy_cblas_sgemm
#define cblas_dgemm scipy_cblas_dgemm
#define openblas_set_num_threads scipy_openblas_set_num_threads
#define openblas_get_corename scipy_openblas_get_corename
#endif

/* OpenBLAS's own functions; NULL in another BLAS. */
extern void openblas_set_num_threads(int n) __attribute__((weak));
extern char *openblas_get_corename(void) __attribute__((weak));

#endif
