/* interval_set.h: a set of numbers kept as disjoint intervals [begin, end), sorted, those that
 * touch joined to one. */
#ifndef LIB_NN_INTERVAL_SET_H
#define LIB_NN_INTERVAL_SET_H

#include <stddef.h>

typedef struct {
    size_t begin, end;
} Interval;

typedef struct {
    Interval *items; /* owned */
    size_t count, capacity;
} IntervalSet; /* {0} is an empty one */

/* Adds the numbers from begin to end - 1. -1 when out of memory. */
int interval_set_add(IntervalSet *set, size_t begin, size_t end);
/* The least number from `from` on that begins `size` numbers which are not in the set. */
size_t interval_set_gap(const IntervalSet *set, size_t from, size_t size);
void interval_set_free(IntervalSet *set);

#endif
