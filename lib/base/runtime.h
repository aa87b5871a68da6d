/* runtime.h: settings that libraries read from the environment before main() runs. */
#ifndef LIB_BASE_RUNTIME_H
#define LIB_BASE_RUNTIME_H

/* To be called first in the main() of a program that computes. Where one of these is not as it
 * should be and the user has not decided it, sets it in the environment and starts the program anew
 * with the same arguments; otherwise, or where a restart is not possible, does nothing.
 *   OPENBLAS_CORETYPE: OpenBLAS chooses its kernels by the processor's model number; a release
 * older than the processor falls back to SSE code, five times slower (Debian 12's 0.3.21 on a Xeon
 * of 2023). OPENBLAS_NUM_THREADS, or BLIS_NUM_THREADS and MKL_NUM_THREADS where the BLAS is
 * another: one thread of its own, as threads.h wants it. OpenBLAS would start one for each
 * processor, each of which waits in a loop for 30 ms before it sleeps for good. GOMP_SPINCOUNT:
 * OpenMP's threads wait for each other in a loop, for milliseconds; on a machine with other work to
 * do that burns the time that the thread they wait for would need. A short loop costs nothing where
 * cores are free. */
void runtime_prepare(char **argv);

#endif
