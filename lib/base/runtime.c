#include "lib/base/runtime.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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
