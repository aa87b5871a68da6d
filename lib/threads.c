#include "threads.h"

#include <omp.h>

#include "blas.h"

int threads_set(int n) {
    if (n < 1) n = omp_get_num_procs();
    omp_set_num_threads(n);
    if (openblas_set_num_threads) openblas_set_num_threads(1); /* others: runtime.h */
    return n;
}

int threads_count(void) { return omp_get_max_threads(); }

Part threads_part(size_t n, size_t unit) { return part_of(n, unit, (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads()); }
