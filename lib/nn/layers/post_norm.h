/* post_norm.h: the transformer of Vaswani et al. 2017, as Dance Revolution and Li et al. use it. */
#ifndef LIB_NN_LAYERS_POST_NORM_H
#define LIB_NN_LAYERS_POST_NORM_H

#include "lib/nn/ops/ops.h"

typedef struct {
    size_t layers, heads, head_dim, mlp;
    AttentionWindow window;
} PostNorm;

/* `layers` blocks "P.blocks.I...": x = LN(x + Attn(x)), x = LN(x + W ReLU(V x)); scores by
 * head_dim^-1/2, biases everywhere. x [rows, width] -> the same.
 *
 * memory: NULL, or `layers` values, at first none: keys and values of the rows so far. The rows of
 * x then go on from there, and memory grows by them; the window must be causal (after = 0). */
Value post_norm_blocks(Graph *g, Value x, const char *prefix, PostNorm p, Value *memory);

#endif
