#include "lib/nn/arena.h"

#include <stdlib.h>

static int larger_first(const void *a, const void *b) {
    const Allocation *x = *(Allocation *const *)a, *y = *(Allocation *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return x < y ? -1 : x > y;
}

static int lower_first(const void *a, const void *b) {
    const Allocation *x = *(Allocation *const *)a, *y = *(Allocation *const *)b;
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

int arena_plan(Allocation *buffers, size_t count, size_t *total, Error *err) {
    Allocation **order = malloc((count + 1) * sizeof *order),
               **busy = malloc((count + 1) * sizeof *busy);
    *total = 0;
    if (!order || !busy) {
        free(order);
        free(busy);
        return error_set(err, "out of memory");
    }
    for (size_t i = 0; i < count; i++) order[i] = &buffers[i];
    qsort(order, count, sizeof *order, larger_first);
    for (size_t i = 0; i < count && order[i]->size; i++) {
        Allocation *b = order[i];
        size_t busy_count = 0, offset = 0;
        for (size_t k = 0; k < i; k++)
            if (order[k]->first <= b->last && b->first <= order[k]->last)
                busy[busy_count++] = order[k];
        qsort(busy, busy_count, sizeof *busy, lower_first);
        for (size_t k = 0; k < busy_count && offset + b->size > busy[k]->offset; k++)
            if (busy[k]->offset + busy[k]->size > offset) offset = busy[k]->offset + busy[k]->size;
        b->offset = offset;
        if (offset + b->size > *total) *total = offset + b->size;
    }
    free(order);
    free(busy);
    return 0;
}
