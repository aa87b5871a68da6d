#include "lib/nn/interval_set.h"

#include <stdlib.h>
#include <string.h>

/* The index of the first interval that ends at `number` or later. */
static size_t first_ending_from(const IntervalSet *set, size_t number) {
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->items[middle].end < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int make_room(IntervalSet *set) {
    if (set->count < set->capacity) return 0;
    size_t capacity = set->capacity ? 2 * set->capacity : 4;
    Interval *items = realloc(set->items, capacity * sizeof *items);
    if (!items) return -1;
    set->items = items;
    set->capacity = capacity;
    return 0;
}

int interval_set_add(IntervalSet *set, size_t begin, size_t end) {
    if (begin >= end) return 0;
    size_t at = first_ending_from(set, begin), after = at;
    for (; after < set->count && set->items[after].begin <= end; after++) {
        if (set->items[after].begin < begin) begin = set->items[after].begin;
        if (set->items[after].end > end) end = set->items[after].end;
    }
    if (after == at && make_room(set)) return -1;
    memmove(set->items + at + 1, set->items + after, (set->count - after) * sizeof *set->items);
    set->items[at] = (Interval){begin, end};
    set->count += 1 + at - after;
    return 0;
}

size_t interval_set_gap(const IntervalSet *set, size_t from, size_t size) {
    for (size_t i = first_ending_from(set, from); i < set->count; i++) {
        if (set->items[i].begin >= from + size) break;
        if (set->items[i].end > from) from = set->items[i].end;
    }
    return from;
}

void interval_set_free(IntervalSet *set) {
    free(set->items);
    *set = (IntervalSet){0};
}
