#include "lib/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/choices.h"

void *memory_block(size_t bytes) {
    enum { LINE = 64, HUGE_PAGE = 2 << 20 };
    size_t start = bytes < HUGE_PAGE ? LINE : HUGE_PAGE;
    void *block = NULL;
    if (posix_memalign(&block, start, bytes ? bytes : LINE)) return NULL;
#ifdef MADV_HUGEPAGE
    if (start == HUGE_PAGE && choice(CHOICE_PAGES) == PAGES_LARGE)
        madvise(block, bytes, MADV_HUGEPAGE); /* best effort */
#endif
    return block;
}

void *memory_zeros(size_t bytes) {
    void *block = memory_block(bytes);
    return block ? memset(block, 0, bytes) : NULL;
}
