/* arena.h: places buffers in one block of memory so that those alive at the same time never
 * overlap. */
#ifndef LIB_NN_ARENA_H
#define LIB_NN_ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

typedef struct {
    size_t size; /* elements; 0: needs no place */
    size_t first, last; /* alive at these times, inclusive */
    size_t offset; /* result */
} Allocation;

/* Greedy by decreasing size, each at the lowest free offset. *total is the size of the block. */
int arena_plan(Allocation *buffers, size_t count, size_t *total, Error *err);

#endif
