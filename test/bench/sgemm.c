/* sgemm M N K [THREADS]: the machine's limit: the fastest of several products of float matrices by this BLAS, split over our threads as ours are
 * (model/matmul.h). Prints seconds and CPU seconds of one product. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/runtime.h"
#include "lib/threads.h"
#include "model/matmul.h"

static double now(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    enum { TIMES = 7 };
    runtime_prepare(argv);
    if (argc < 4) return fputs("usage: sgemm M N K [THREADS]\n", stderr), 2;
    size_t m = strtoul(argv[1], NULL, 10), n = strtoul(argv[2], NULL, 10), k = strtoul(argv[3], NULL, 10);
    threads_set(argc > 4 ? atoi(argv[4]) : 0);
    float *a = malloc(m * k * sizeof *a), *b = malloc(n * k * sizeof *b), *c = malloc(m * n * sizeof *c);
    if (!a || !b || !c) return fputs("sgemm: out of memory\n", stderr), 1;
    for (size_t i = 0; i < m * k; i++) a[i] = (float)(i % 17);
    for (size_t i = 0; i < n * k; i++) b[i] = (float)(i % 19);
    double best = 0, least = 0;
    for (int i = 0; i < TIMES; i++) {
        double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        matmul_nt(m, n, k, 1, a, k, b, k, 0, c, n);
        wall = now(CLOCK_MONOTONIC) - wall;
        cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        if (i == 1 || (i && wall < best)) best = wall;
        if (i == 1 || (i && cpu < least)) least = cpu;
    }
    printf("%.6f %.6f\n", best, least);
    free(a);
    free(b);
    free(c);
    return 0;
}
