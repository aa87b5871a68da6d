/* runtime.h: settings that libraries read from the environment before main() runs. */
#ifndef LIB_BASE_RUNTIME_H
#define LIB_BASE_RUNTIME_H

#include "lib/base/error.h"

/* To be called once, in a program that computes, before any thread and any file is there: after
 * options_parse, so that --help and wrong usage answer at once. Where one of these variables is not
 * as it should be and the user has not set it, sets it and starts the program again with the same
 * arguments, in the same process (execv of /proc/self/exe). Does nothing where there is no /proc or
 * NEVERSTOP_USE says restart=no (choices.h), for debuggers and tracers: everything works, only
 * slower.
 *
 * OPENBLAS_CORETYPE: OpenBLAS chooses its kernels by the processor's model number; a release older
 * than the processor falls back to SSE code, five times slower (Debian 12's 0.3.21 on a Xeon of
 * 2023). NEVERSTOP_USE's core=... names them.
 *
 * OPENBLAS_NUM_THREADS, or BLIS_NUM_THREADS and MKL_NUM_THREADS where the BLAS is another: one
 * thread, as threads.h wants it. OpenBLAS would start one for each processor, each of which waits
 * in a loop for 30 ms before it sleeps.
 *
 * GOMP_SPINCOUNT: OpenMP's threads wait for each other in a loop, for milliseconds; on a machine
 * with other work to do that burns the time that the thread they wait for would need. A short loop
 * costs nothing where cores are free. */
void runtime_prepare(char **argv);

/* Makes sure that OpenBLAS has its working memory, one block for each of `threads` threads: where
 * the system refuses it (ulimit -v), OpenBLAS 0.3.21 tries again for ever. To be called before the
 * first product. Does nothing where memory is not limited. */
int runtime_check_blas(int threads, Error *err);

/* From here on a file that shrinks while it is mapped ends the program with a line and status 1
 * instead of SIGBUS, and one that may not grow further (SIGXFSZ) is an error of writing it. */
void runtime_signals(void);

#endif
