/* threads.h: how many threads everything uses.
 *
 * OpenMP's threads are ours; OpenBLAS is kept at one, because products are split over our threads
 * from outside (model/matmul.h) or called from inside parallel loops: two pools on the same cores
 * would fight. */
#ifndef LIB_BASE_THREADS_H
#define LIB_BASE_THREADS_H

#include "lib/base/part.h"

/* n >= 1; 0 means one per available processor. Returns the number now in force. Numbers too small
 * to be normal (1.2e-38 in float) count as zero from now on, in all of these threads: on x86 each
 * of them would take a hundred cycles, which made a training step of preset paper three times as
 * long. */
int threads_set(int n);
int threads_count(void);

/* In a parallel region: the calling thread's part of n things, in whole units. */
Part threads_part(size_t n, size_t unit);

#endif
