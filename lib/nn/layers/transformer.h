/* transformer.h: FACT's transformer as a composition of ops (Li et al. 2021). Building it declares
 * its parameters (graph.h). */
#ifndef LIB_NN_LAYERS_TRANSFORMER_H
#define LIB_NN_LAYERS_TRANSFORMER_H

#include "lib/nn/layers/dims.h"
#include "lib/nn/ops/ops.h"

/* Linear layer "P.weight", "P.bias" [out, in]. */
Value linear_layer(Graph *g, Value x, const char *prefix, size_t out, Init init);
/* Which rows of a result are computed: `count` listed ones, or those from `first` on where list is
 * NULL; with count 0 all. The last layer leaves out the others. */
typedef struct {
    size_t first, count;
    const size_t *list;
} RowRange;
static const RowRange all_rows = {0};

/* `layers` of FACT's pre-norm block "P.blocks.I...": x += Attn(LN(x)); x += MLP(LN(x)). */
Value transformer_blocks(Graph *g, Value x, const char *prefix, size_t layers, Dims d,
                         RowRange rows);
/* "P.position" [max_rows, width]: the first rows of it are added. */
Value add_position_embedding(Graph *g, Value x, const char *prefix, size_t max_rows);
/* dense to the width, position, layers: x [rows, in] -> [rows computed, width] */
Value transformer_encoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers,
                          Dims d, RowRange rows);
/* position, layers, head: x [rows, width] -> [rows computed, out] */
Value transformer_decoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers,
                          Dims d, size_t out, RowRange rows);

#endif
