/* propagate N ITERATIONS THREADS: affinity propagation among N points of 16 numbers, similarities
 * included, so many iterations of it. Prints the clusters that came out. */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/cluster/affinity.h"
#include "model/cluster/similarity.h"

enum {
    FRAMES = 4,
    DIM = 12,
    NUMBERS = 16
}; /* a window must be motion: translation and one rotation; the rest is zero */

int main(int argc, char **argv) {
    runtime_prepare(argv);
    if (argc != 4) return fputs("usage: propagate N ITERATIONS THREADS\n", stderr), 2;
    size_t n = strtoul(argv[1], NULL, 10), iterations = strtoul(argv[2], NULL, 10);
    threads_set(atoi(argv[3]));
    Motion *motions = calloc(n, sizeof *motions);
    float *s = memory_block(n * n * sizeof *s);
    ClusterWindows windows = {0};
    Affinity a = {0};
    Error err;
    int status = motions && s ? 0 : error_set(&err, "out of memory");
    for (size_t i = 0; status == 0 && i < n; i++) {
        status = motion_new(&motions[i], FRAMES, (DIM - 3) / 9, &err);
        for (size_t k = 0; status == 0 && k < NUMBERS; k++)
            motions[i].data[k] =
                (float)((uint32_t)((i * NUMBERS + k + 1) * 2654435761u) >> 8) / (float)(1 << 24);
    }
    if (status == 0)
        status = cluster_windows_cut(motions, n, FRAMES, FRAMES, CLUSTER_WINDOW_ABSOLUTE, &windows,
                                     &err);
    if (status == 0) status = cluster_windows_similarity(&windows, s, &err);
    AffinityOptions o = affinity_defaults();
    o.max_iterations = o.convergence_iterations = iterations;
    if (status == 0) status = affinity_propagate(s, n, -2.0, &o, &a, &err);
    if (status == 0)
        printf("%zu\n", a.count);
    else
        fprintf(stderr, "propagate: %s\n", err.text);
    affinity_free(&a);
    cluster_windows_free(&windows);
    for (size_t i = 0; motions && i < n; i++) motion_free(&motions[i]);
    free(motions);
    free(s);
    return status != 0;
}
