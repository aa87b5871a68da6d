/* attention.h: scaled dot-product attention of one head, O = softmax(scale Q K^T) V, in blocks of
 * rows of Q: the scores of a block stay in a cache until they have met V. */
#ifndef LIB_NN_KERNELS_ATTENTION_H
#define LIB_NN_KERNELS_ATTENTION_H

#include "lib/nn/kernels/bfloat16.h"

/* Which columns a query sees. Queries are the last rows of the sequence of keys: of R and T, query
 * i stands at p = T - R + i. The first `prefix` columns are seen by all; of the others, those from
 * p - before to p + after by a query that is not one of the first itself. SIZE_MAX: no limit. */
typedef struct {
    size_t prefix, before, after;
} AttentionWindow;

typedef struct {
    size_t rows, keys, dim; /* queries; keys and values; numbers of each */
    const real *q, *k, *v;
    real *o; /* [rows, dim] */
    size_t q_stride, kv_stride, o_stride; /* between rows in memory */
    real scale;
    real *lse; /* [rows], gets the logarithm of sum(exp(scale Q K^T)); may be NULL */
    const AttentionWindow *window; /* NULL: all see all */
} AttentionHead;

/* Rows of scores end with whole vectors: so many numbers for a row of keys. */
size_t attention_row(size_t keys);
/* What lies behind the keys of row i of the scores, and what its query does not see, becomes so
 * small that its exponential is zero. */
void attention_hide(const AttentionWindow *window, size_t rows, size_t keys, size_t i, real *row);

/* Numbers of room that a head takes. On the calling thread. */
size_t attention_room(size_t rows, size_t keys);
void attention_head(const AttentionHead *h, real *room);

/* The same with scale Q, K, V and exp(S - max(S)) rounded to bfloat16 (bfloat16.h). room: so many
 * bytes, aligned to 64. */
size_t attention_room_bf16(Bf16Kernel kernel, size_t rows, size_t keys, size_t dim);
void attention_head_bf16(Bf16Kernel kernel, const AttentionHead *h, void *room);

#endif
