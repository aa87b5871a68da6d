/* part.h: work cut into consecutive parts, one for each thread or process. */
#ifndef LIB_BASE_PART_H
#define LIB_BASE_PART_H

#include <stddef.h>

/* Things first .. first + count - 1. */
typedef struct {
    size_t first, count;
} Part;

/* Part k of `parts` of n things, in whole units (the last thing ends the last unit): they differ by
 * one unit at most. */
static inline Part part_of(size_t n, size_t unit, size_t k, size_t parts) {
    size_t units = (n + unit - 1) / unit, first = units * k / parts * unit,
           last = units * (k + 1) / parts * unit;
    if (first > n) first = n;
    return (Part){first, (last < n ? last : n) - first};
}

#endif
