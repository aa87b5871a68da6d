/* sgemm M N K [THREADS]: the machine's limit: products of float matrices by this BLAS, its rows
 * split over our threads. Prints seconds and CPU seconds of one product, medians of as many as take
 * a second, or of seven. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/blas.h"
#include "lib/base/memory.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "test/bench/clock.h"

/* C [m, n] = A [m, k] B [n, k]^T */
static void multiply(size_t m, size_t n, size_t k, const float *a, const float *b, float *c) {
#pragma omp parallel
    {
        Part p = threads_part(m, 16);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)p.count, (int)n, (int)k, 1,
                    a + p.first * k, (int)k, b, (int)k, 0, c + p.first * n, (int)n);
    }
}

int main(int argc, char **argv) {
    enum { LEAST = 7, MOST = 1000 };
    runtime_prepare(argv);
    if (argc < 4) return fputs("usage: sgemm M N K [THREADS]\n", stderr), 2;
    size_t m = strtoul(argv[1], NULL, 10), n = strtoul(argv[2], NULL, 10),
           k = strtoul(argv[3], NULL, 10);
    threads_set(argc > 4 ? atoi(argv[4]) : 0);
    float *a = memory_block(m * k * sizeof *a), *b = memory_block(n * k * sizeof *b),
          *c = memory_block(m * n * sizeof *c);
    if (!a || !b || !c) return fputs("sgemm: out of memory\n", stderr), 1;
    for (size_t i = 0; i < m * k; i++) a[i] = (float)(i % 17);
    for (size_t i = 0; i < n * k; i++) b[i] = (float)(i % 19);
    static double wall[MOST], cpu[MOST];
    size_t count = 0;
    multiply(m, n, k, a, b, c);
    double begin = now(CLOCK_MONOTONIC);
    while (count < LEAST || (count < MOST && now(CLOCK_MONOTONIC) < begin + 1)) {
        double start = now(CLOCK_MONOTONIC), used = now(CLOCK_PROCESS_CPUTIME_ID);
        multiply(m, n, k, a, b, c);
        wall[count] = now(CLOCK_MONOTONIC) - start;
        cpu[count++] = now(CLOCK_PROCESS_CPUTIME_ID) - used;
    }
    printf("%.6f %.6f\n", median(wall, count), median(cpu, count));
    free(a);
    free(b);
    free(c);
    return 0;
}
