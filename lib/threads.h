/* threads.h: how many threads everything uses.
 *
 * OpenMP's threads are ours; OpenBLAS is kept at one, because products are split over our threads from outside
 * (model/matmul.h) or called from inside parallel loops: two pools on the same cores would fight. */
#ifndef LIB_THREADS_H
#define LIB_THREADS_H

/* n >= 1; 0 means one per available processor. Returns the number now in force. */
int threads_set(int n);
int threads_count(void);

#endif
