#include "lib/base/runtime.h"

#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/base/blas.h"
#include "lib/base/choices.h"

/* OpenBLAS's name for its best kernels that this processor runs, or NULL if its own choice is
 * good. */
static const char *better_kernels(void) {
    static const char *const fallbacks[] = {"Prescott", "Core2", "Penryn", "Nehalem", "Generic"};
    const char *chosen = openblas_get_corename ? openblas_get_corename() : "";
    bool slow = false;
    for (size_t i = 0; i < sizeof fallbacks / sizeof *fallbacks; i++)
        slow = slow || strcasecmp(chosen, fallbacks[i]) == 0;
    for (int way = CORE_SKYLAKEX; slow && way <= CORE_HASWELL; way++)
        if (choice_offered(CHOICE_CORE, way)) return choice_way(CHOICE_CORE, way);
    return NULL;
}

/* Each of these sets a variable and returns true, or returns false where it is as it should be. */
static bool set(const char *name, const char *value) {
    const char *now = getenv(name);
    return !(now && strcmp(now, value) == 0) && setenv(name, value, 1) == 0;
}

static bool set_if_absent(const char *name, const char *value) {
    return !getenv(name) && setenv(name, value, 1) == 0;
}

static bool set_kernels(void) {
    int core = choice(CHOICE_CORE);
    if (core == CORE_OPENBLAS) return false;
    if (core != CORE_AUTO) return set("OPENBLAS_CORETYPE", choice_way(CHOICE_CORE, core));
    const char *better = better_kernels();
    return better && set_if_absent("OPENBLAS_CORETYPE", better);
}

static bool set_blas_threads(void) {
    if (openblas_set_num_threads) return set_if_absent("OPENBLAS_NUM_THREADS", "1");
    bool blis = set_if_absent("BLIS_NUM_THREADS", "1");
    bool mkl = set_if_absent("MKL_NUM_THREADS", "1");
    return blis || mkl;
}

static bool set_waiting(void) {
    return !getenv("OMP_WAIT_POLICY") && set_if_absent("GOMP_SPINCOUNT", "1000");
}

void runtime_prepare(char **argv) {
    if (choice(CHOICE_RESTART) == CHOICE_NO) return;
    bool kernels = set_kernels();
    bool threads = set_blas_threads();
    bool waiting = set_waiting();
    if (kernels || threads || waiting)
        execv("/proc/self/exe", argv); /* on failure everything computes the same, only slower */
}

/* --- OpenBLAS's memory --- */

enum { BLAS_BLOCK = 136 << 20 }; /* its buffer for one thread, and some more */

/* A product too large for the kernels that need no buffer. */
static void multiply(void) {
    enum { N = 192 };
    static const float zero[N * N];
    float *c = malloc(N * N * sizeof *c);
    if (!c) return;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, zero, N, zero, N, 0, c, N);
    free(c);
}

int runtime_check_blas(int threads, Error *err) {
    struct rlimit limit;
    if (!openblas_set_num_threads) return 0;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
    size_t size = (size_t)threads * BLAS_BLOCK;
    void *probe = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (probe == MAP_FAILED)
        return error_set(err,
                         "OpenBLAS needs %zu MiB of address space for %d thread%s, more than the "
                         "limit leaves (ulimit -v); raise it, or take fewer threads with -j",
                         size >> 20, threads, threads == 1 ? "" : "s");
    munmap(probe, size);
    openblas_set_num_threads(1);
#pragma omp parallel num_threads(threads)
    multiply(); /* takes the block now, while it is there */
    return 0;
}

/* --- signals --- */

static void on_bus_error(int number) {
    static const char text[] = "a file shrank while it was being read\n";
    (void)number;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(1);
}

void runtime_signals(void) {
    struct sigaction bus = {.sa_handler = on_bus_error};
    sigaction(SIGBUS, &bus, NULL);
    struct sigaction grow = {.sa_handler = SIG_IGN};
    sigaction(SIGXFSZ, &grow, NULL);
}
