/* blas.h: makes OpenBLAS use the kernels that this processor deserves. */
#ifndef LIB_BLAS_H
#define LIB_BLAS_H

/* OpenBLAS chooses its kernels when it is loaded, by the processor's model number; a release older than the processor falls
 * back to SSE code, five times slower (Debian 12's 0.3.21 on a Xeon of 2023). Where that has happened on a processor with AVX2 or AVX-512, this
 * names the right kernels in OPENBLAS_CORETYPE and starts the program anew with the same arguments. To be called first in main().
 * Does nothing where the variable is set, the choice was good, or a restart is not possible. */
void blas_choose_kernels(char **argv);

#endif
