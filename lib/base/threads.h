/* threads.h: the number of threads.
 *
 * All threads are OpenMP's. OpenBLAS is kept at one thread, because products are split over
 * OpenMP's threads from outside (lib/nn/kernels/matmul.h) or called inside parallel loops: two
 * pools would compete for the same cores. */
#ifndef LIB_BASE_THREADS_H
#define LIB_BASE_THREADS_H

#include "lib/base/part.h"

/* n >= 1; 0 means one per available processor. Returns the number now in force. Subnormal numbers
 * (below 1.2e-38 in float) count as zero from now on, in all of these threads: on x86 each
 * operation on one takes a hundred cycles, which made a training step of preset paper three times
 * as long. */
int threads_set(int n);
int threads_count(void);

/* In a parallel region: the calling thread's part of n things, in whole units. */
Part threads_part(size_t n, size_t unit);

#endif
