#include "model/train/allreduce.h"

#include <stdlib.h>

#include "lib/base/comm.h"

typedef struct {
    size_t first, count; /* elements of the gradients */
    size_t parameters, left; /* in it; not complete yet */
    CommSum sum;
} Bucket;

struct Allreduce {
    Params *params;
    size_t *bucket_of; /* [params] */
    Bucket *buckets; /* in the order of their sums: the end of memory first */
    size_t count, begun;
};

Allreduce *allreduce_new(Params *p, size_t bucket_bytes) {
    Allreduce *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    r->params = p;
    r->bucket_of = calloc(p->count + 1, sizeof *r->bucket_of);
    r->buckets = calloc(p->count + 1, sizeof *r->buckets);
    if (!r->bucket_of || !r->buckets) {
        allreduce_free(r);
        return NULL;
    }
    Bucket *open = NULL;
    for (size_t i = p->count; i-- > 0;) {
        const Param *item = &p->items[i];
        if (!item->trainable) {
            open = NULL;
            continue;
        }
        if (!open || open->count * sizeof(real) >= bucket_bytes) {
            open = &r->buckets[r->count++];
            open->first = item->offset + item->count;
        }
        open->count += open->first - item->offset;
        open->first = item->offset;
        open->parameters++;
        r->bucket_of[i] = r->count - 1;
    }
    return r;
}

void allreduce_free(Allreduce *r) {
    if (!r) return;
    free(r->bucket_of);
    free(r->buckets);
    free(r);
}

void allreduce_start(Allreduce *r) {
    r->begun = 0;
    for (size_t i = 0; i < r->count; i++) r->buckets[i].left = r->buckets[i].parameters;
}

static void begin_next(Allreduce *r) {
    Bucket *b = &r->buckets[r->begun++];
    comm_sum_begin(&b->sum, r->params->grad + b->first, b->count, sizeof(real));
}

void allreduce_complete(void *reduction, Parameter w) {
    Allreduce *r = reduction;
    r->buckets[r->bucket_of[parameter_index(w)]].left--;
    while (r->begun < r->count && r->buckets[r->begun].left == 0) begin_next(r);
    for (size_t i = 0; i < r->begun; i++) comm_sum_poll(&r->buckets[i].sum);
}

void allreduce_finish(Allreduce *r) {
    while (r->begun < r->count) begin_next(r);
    for (size_t i = 0; i < r->begun; i++) comm_sum_wait(&r->buckets[i].sum);
}
