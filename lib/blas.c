#include "blas.h"

#include <cblas.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#if defined(__x86_64__)
static const char *best_kernels(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : NULL;
}
#else
static const char *best_kernels(void) { return NULL; }
#endif

void blas_choose_kernels(char **argv) {
    static const char *const fallbacks[] = {"Prescott", "Core2", "Penryn", "Nehalem", "Generic"};
    const char *name = openblas_get_corename(), *best = best_kernels();
    if (!best || getenv("OPENBLAS_CORETYPE")) return;
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
        if (strcasecmp(name, fallbacks[i]) == 0 && setenv("OPENBLAS_CORETYPE", best, 1) == 0) {
            execv("/proc/self/exe", argv); /* on failure the slow kernels still compute the same */
            return;
        }
}
