#include "lib/base/runtime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/blas.h"

#if defined(__x86_64__)
static const char *best_kernels(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return "SkylakeX";
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "Haswell" : NULL;
}
#else
static const char *best_kernels(void) { return NULL; }
#endif

/* The kernels to ask for, or NULL if OpenBLAS's own choice is good. */
static const char *better_kernels(void) {
    static const char *const fallbacks[] = {"Prescott", "Core2", "Penryn", "Nehalem", "Generic"};
    const char *chosen = openblas_get_corename ? openblas_get_corename() : "";
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
        if (strcasecmp(chosen, fallbacks[i]) == 0) return best_kernels();
    return NULL;
}

/* Sets a variable that is not set. True if the program must start anew for it. */
static bool decide(const char *name, const char *value) {
    return value && !getenv(name) && setenv(name, value, 1) == 0;
}

void runtime_prepare(char **argv) {
    bool kernels = decide("OPENBLAS_CORETYPE", better_kernels());
    bool waiting = !getenv("OMP_WAIT_POLICY") && decide("GOMP_SPINCOUNT", "1000");
    bool threads = openblas_set_num_threads
                       ? decide("OPENBLAS_NUM_THREADS", "1")
                       : (int)decide("BLIS_NUM_THREADS", "1") + (int)decide("MKL_NUM_THREADS", "1");
    if (kernels || waiting || threads)
        execv("/proc/self/exe", argv); /* on failure everything computes the same, only slower */
}
