#include "threads.h"

#include <cblas.h>
#include <omp.h>

int threads_set(int n) {
    if (n < 1) n = omp_get_num_procs();
    omp_set_num_threads(n);
    openblas_set_num_threads(1);
    return n;
}

int threads_count(void) { return omp_get_max_threads(); }
