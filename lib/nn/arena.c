/* A segment tree over the times holds which places are occupied, so that n buffers take about
 * n (log n)^2 steps. */
#include "lib/nn/arena.h"

#include <stdlib.h>

#include "lib/nn/interval_set.h"

/* A node of the tree, which stands for a range of times. */
typedef struct {
    IntervalSet
        whole; /* places of the buffers that live in all of it, but not in all of its parent */
    IntervalSet some; /* of those that live in some of it, and not in all of its parent */
} Period;

typedef struct {
    Period *periods; /* [2 * leaves]: 1 is the root, the children of i are 2 i and 2 i + 1 */
    size_t leaves; /* a power of two */
} Timeline;

/* Where a walk down the tree is: a node, and the first and last of its times. */
typedef struct {
    size_t node, first, last;
} Visit;

static Visit root_of(const Timeline *t) { return (Visit){1, 0, t->leaves - 1}; }

static Visit child_of(Visit v, size_t side) {
    size_t half = (v.last - v.first + 1) / 2, first = v.first + side * half;
    return (Visit){2 * v.node + side, first, first + half - 1};
}

static bool apart(Visit v, const Allocation *b) { return b->last < v.first || v.last < b->first; }

static bool covered(Visit v, const Allocation *b) {
    return b->first <= v.first && v.last <= b->last;
}

static int occupy(Timeline *t, Visit v, const Allocation *b) {
    if (apart(v, b)) return 0;
    Period *p = &t->periods[v.node];
    size_t begin = b->offset, end = b->offset + b->size;
    if (interval_set_add(&p->some, begin, end)) return -1;
    if (covered(v, b)) return interval_set_add(&p->whole, begin, end);
    return occupy(t, child_of(v, 0), b) || occupy(t, child_of(v, 1), b) ? -1 : 0;
}

/* The sets whose union is what is occupied while b lives: of the nodes that its life consists of,
 * and of their ancestors. */
enum { MOST_SETS = 4 * 8 * sizeof(size_t) };

typedef struct {
    const IntervalSet *items[MOST_SETS];
    size_t count;
} Occupied;

static void add_set(Occupied *o, const IntervalSet *set) {
    if (set->count > 0) o->items[o->count++] = set;
}

static void collect(const Timeline *t, Visit v, const Allocation *b, Occupied *o) {
    if (apart(v, b)) return;
    if (covered(v, b)) {
        add_set(o, &t->periods[v.node].some);
        return;
    }
    add_set(o, &t->periods[v.node].whole);
    collect(t, child_of(v, 0), b, o);
    collect(t, child_of(v, 1), b, o);
}

/* The lowest offset at which `size` elements are free in all sets. */
static size_t lowest_gap(const Occupied *o, size_t size) {
    size_t offset = 0, agreed = 0; /* sets in which it is free */
    for (size_t i = 0; agreed < o->count; i = (i + 1) % o->count) {
        size_t next = interval_set_gap(o->items[i], offset, size);
        agreed = next == offset ? agreed + 1 : 1;
        offset = next;
    }
    return offset;
}

static int timeline_begin(Timeline *t, const Allocation *buffers, size_t count) {
    size_t last = 0;
    for (size_t i = 0; i < count; i++)
        if (buffers[i].size && buffers[i].last > last) last = buffers[i].last;
    t->leaves = 1;
    while (t->leaves <= last) t->leaves *= 2;
    t->periods = calloc(2 * t->leaves, sizeof *t->periods);
    return t->periods ? 0 : -1;
}

static void timeline_end(Timeline *t) {
    for (size_t i = 0; t->periods && i < 2 * t->leaves; i++) {
        interval_set_free(&t->periods[i].whole);
        interval_set_free(&t->periods[i].some);
    }
    free(t->periods);
}

static int larger_first(const void *a, const void *b) {
    const Allocation *x = *(Allocation *const *)a, *y = *(Allocation *const *)b;
    if (x->size != y->size) return x->size < y->size ? 1 : -1;
    return x < y ? -1 : x > y;
}

int arena_plan(Allocation *buffers, size_t count, size_t *total, Error *err) {
    Timeline t = {0};
    Allocation **order = malloc((count + 1) * sizeof *order);
    int status = order ? timeline_begin(&t, buffers, count) : -1;
    *total = 0;
    for (size_t i = 0; status == 0 && i < count; i++) order[i] = &buffers[i];
    if (status == 0) qsort(order, count, sizeof *order, larger_first);
    for (size_t i = 0; status == 0 && i < count && order[i]->size; i++) {
        Allocation *b = order[i];
        Occupied o;
        o.count = 0;
        collect(&t, root_of(&t), b, &o);
        b->offset = lowest_gap(&o, b->size);
        if (b->offset + b->size > *total) *total = b->offset + b->size;
        status = occupy(&t, root_of(&t), b);
    }
    timeline_end(&t);
    free(order);
    return status ? error_set(err, "out of memory") : 0;
}
