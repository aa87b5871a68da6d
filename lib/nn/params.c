#include "lib/nn/params.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/base/threads.h"
#include "lib/nn/kernels/loops.h"

/* FNV-1a. */
static uint64_t hash_of(const char *name) {
    uint64_t hash = 14695981039346656037u;
    for (const char *c = name; *c; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return hash;
}

/* The slot of a name, or the free one where it would be. At least one slot is free. */
static size_t *slot_of(const Params *p, const char *name) {
    size_t at = (size_t)hash_of(name) & (p->slot_count - 1);
    while (p->slots[at] && strcmp(p->items[p->slots[at] - 1].name, name) != 0)
        at = (at + 1) & (p->slot_count - 1);
    return &p->slots[at];
}

/* Room for one more parameter, half of the slots free. */
static int make_room(Params *p, Error *err) {
    if (p->count < p->capacity) return 0;
    size_t capacity = p->capacity ? 2 * p->capacity : 64;
    Param *items = realloc(p->items, capacity * sizeof *items);
    if (items) p->items = items;
    size_t *slots = items ? calloc(2 * capacity, sizeof *slots) : NULL;
    if (!slots) return error_set(err, "out of memory");
    free(p->slots);
    p->slots = slots;
    p->slot_count = 2 * capacity;
    p->capacity = capacity;
    for (size_t i = 0; i < p->count; i++) *slot_of(p, p->items[i].name) = i + 1;
    return 0;
}

int params_find(const Params *p, const char *name) {
    return p->slot_count ? (int)*slot_of(p, name) - 1 : -1;
}

int params_declare(Params *p, const char *name, int rank, const size_t *shape, Init init,
                   Error *err) {
    int found = params_find(p, name);
    if (found >= 0) {
        const Param *old = &p->items[found];
        bool same = old->rank == rank;
        for (int d = 0; same && d < rank; d++) same = old->shape[d] == shape[d];
        return same ? found
                    : error_set(err, "%s has another shape than the configuration asks for", name);
    }
    if (p->value || p->mapped) return error_set(err, "%s is missing", name);
    if (rank < 0 || rank > PARAM_MAX_RANK)
        return error_set(err, "%s has %d dimensions, at most %d are possible", name, rank,
                         PARAM_MAX_RANK);
    if (make_room(p, err)) return -1;
    Param *item = &p->items[p->count];
    *item = (Param){.rank = rank,
                    .count = 1,
                    .offset = p->total,
                    .init = init,
                    .trainable = init != INIT_GIVEN};
    if ((size_t)snprintf(item->name, sizeof item->name, "%s", name) >= sizeof item->name)
        return error_set(err, "%s: name too long", name);
    for (int d = 0; d < rank; d++) {
        item->shape[d] = shape[d];
        if (shape[d] && item->count > SIZE_MAX / sizeof(real) / 8 / shape[d])
            return error_set(err, "%s is too large", name);
        item->count *= shape[d];
    }
    enum { ALIGN = 16 }; /* elements: every parameter starts on a cache line */
    if (p->total > SIZE_MAX / sizeof(real) / 2 - item->count)
        return error_set(err, "%s is too large", name);
    p->total += (item->count + ALIGN - 1) / ALIGN * ALIGN;
    *slot_of(p, item->name) = ++p->count;
    return (int)p->count - 1;
}

int params_allocate(Params *p, bool training, Error *err) {
    p->value = memory_zeros(p->total * sizeof(real));
    if (training) {
        p->grad = memory_zeros(p->total * sizeof(real));
        p->m = memory_zeros(p->total * sizeof(real));
        p->v = memory_zeros(p->total * sizeof(real));
    }
    if (!p->value || (training && (!p->grad || !p->m || !p->v)))
        return error_set(err, "not enough memory for %zu parameters", p->total);
    return 0;
}

void params_map(Params *p, const real *const *data) {
    for (size_t i = 0; i < p->count; i++) p->items[i].mapped = data[i];
    p->mapped = true;
}

void params_free(Params *p) {
    free(p->items);
    free(p->slots);
    free(p->value);
    free(p->grad);
    free(p->m);
    free(p->v);
    *p = (Params){0};
}

static double truncated_normal(Rng *rng) {
    double x;
    do x = rng_normal(rng);
    while (fabs(x) > 2.0);
    return x;
}

/* Glorot and Bengio 2010, eq. 16; each element of a convolution's kernel is a way in and out. */
static double glorot_limit(const Param *item) {
    if (item->rank < 2) return 0;
    if (item->rank == 3) /* [out, kernel, in] */
        return sqrt(6.0 / (double)((item->shape[0] + item->shape[2]) * item->shape[1]));
    size_t kernel = 1;
    for (int d = 2; d < item->rank; d++) kernel *= item->shape[d];
    return sqrt(6.0 / (double)((item->shape[0] + item->shape[1]) * kernel));
}

void params_initialise(Params *p, Rng *rng) {
    for (size_t i = 0; i < p->count; i++) {
        const Param *item = &p->items[i];
        real *w = p->value + item->offset;
        double limit = glorot_limit(item);
        for (size_t k = 0; k < item->count; k++) switch (item->init) {
            case INIT_ZERO:
                w[k] = 0;
                break;
            case INIT_ONE:
                w[k] = 1;
                break;
            case INIT_GLOROT:
                w[k] = (real)(limit * (2 * rng_uniform(rng) - 1));
                break;
            case INIT_GLOROT_SMALL:
                w[k] = (real)(1e-3 * limit * (2 * rng_uniform(rng) - 1));
                break;
            case INIT_NORMAL:
                w[k] = (real)(0.02 * truncated_normal(rng));
                break;
            case INIT_GIVEN:
                break;
            }
    }
}

void params_set_trainable(Params *p, const char *prefix, bool trainable) {
    for (size_t i = 0; i < p->count; i++)
        if (strncmp(p->items[i].name, prefix, strlen(prefix)) == 0)
            p->items[i].trainable = trainable;
}

void params_zero_grad(Params *p) { memset(p->grad, 0, p->total * sizeof(real)); }

void params_reset_adam(Params *p) {
    memset(p->m, 0, p->total * sizeof(real));
    memset(p->v, 0, p->total * sizeof(real));
}

void params_adam(Params *p, double lr, size_t step) {
    const AdamStep s = {
        .b1 = (real)0.9,
        .b2 = (real)0.999,
        .rest1 = (real)(1 - 0.9),
        .rest2 = (real)(1 - 0.999), /* 1 - b2 in float32 would be off by 1e-5 of itself */
        .correct1 = (real)(1 / (1 - pow(0.9, (double)step))),
        .correct2 = (real)(1 / (1 - pow(0.999, (double)step))),
        .rate = (real)lr,
        .eps = (real)1e-8};
    const ElementLoops *loops = loops_of_elements();
    for (size_t i = 0; i < p->count; i++) {
        const Param *item = &p->items[i];
        if (!item->trainable) continue;
#pragma omp parallel if (item->count > WORTH_THREADS)
        {
            Part part = threads_part(item->count, VECTOR);
            size_t at = item->offset + part.first;
            loops->adam(&s, p->grad + at, p->value + at, p->m + at, p->v + at, part.count);
        }
    }
}
