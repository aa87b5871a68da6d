/* threads.h: how many threads everything uses: ours (OpenMP) and the BLAS library's, set together. */
#ifndef LIB_THREADS_H
#define LIB_THREADS_H

/* n >= 1; 0 means one per available processor. Returns the number now in force. */
int threads_set(int n);
int threads_count(void);

#endif
