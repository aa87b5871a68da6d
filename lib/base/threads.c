#include "lib/base/threads.h"

#include <omp.h>

#include "lib/base/blas.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* A property of each thread. */
static void flush_subnormals(void) {
#ifdef __SSE2__
    enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x40 };
    _mm_setcsr(_mm_getcsr() | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
#endif
}

int threads_set(int n) {
    if (n < 1) n = omp_get_num_procs();
    omp_set_num_threads(n);
    if (openblas_set_num_threads) openblas_set_num_threads(1); /* others: runtime.h */
    flush_subnormals(); /* LLVM's OpenMP gives this thread's setting to the others at each region */
#pragma omp parallel
    flush_subnormals();
    return n;
}

int threads_count(void) { return omp_get_max_threads(); }

Part threads_part(size_t n, size_t unit) {
    return part_of(n, unit, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads());
}
