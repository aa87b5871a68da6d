/* FACT's transformer (Li et al. 2021, google-research/mint): pre-norm blocks without a final norm.
 */
#include <stdio.h>

#include "lib/nn/layers/transformer.h"

/* Added to r where there is one. */
static Value linear_layer_add(Graph *g, Value r, Value x, const char *prefix, size_t out,
                              Init init) {
    Parameter w =
        graph_parameter(g, init, 2, (size_t[]){out, graph_cols(g, x)}, "%s.weight", prefix);
    Parameter b = graph_parameter(g, INIT_ZERO, 1, (size_t[]){out}, "%s.bias", prefix);
    return value_exists(r) ? op_linear_add(g, r, x, w, b) : op_linear(g, x, w, b);
}

Value linear_layer(Graph *g, Value x, const char *prefix, size_t out, Init init) {
    return linear_layer_add(g, NO_VALUE, x, prefix, out, init);
}

static Value norm(Graph *g, Value x, const char *prefix, size_t layer, const char *name) {
    size_t width = graph_cols(g, x);
    Parameter w =
        graph_parameter(g, INIT_ONE, 1, &width, "%s.blocks.%zu.%s.weight", prefix, layer, name);
    Parameter b =
        graph_parameter(g, INIT_ZERO, 1, &width, "%s.blocks.%zu.%s.bias", prefix, layer, name);
    return op_layer_norm(g, x, w, b);
}

static Value block_dense(Graph *g, Value r, Value x, const char *prefix, size_t layer,
                         const char *name, size_t out) {
    char path[96];
    snprintf(path, sizeof path, "%s.blocks.%zu.%s", prefix, layer, name);
    return linear_layer_add(g, r, x, path, out, INIT_GLOROT);
}

static Value select_rows(Graph *g, Value x, RowRange rows) {
    if (rows.count == 0) return x;
    return rows.list ? op_gather_rows(g, x, rows.list, rows.count)
                     : op_slice_rows(g, x, rows.first, rows.count);
}

Value transformer_blocks(Graph *g, Value x, const char *prefix, size_t layers, Dims d,
                         RowRange rows) {
    size_t inner = d.heads * head_dim(d);
    if (layers == 0) return select_rows(g, x, rows);
    for (size_t i = 0; i < layers; i++) {
        size_t first = graph_count(g);
        Parameter qkv = graph_parameter(g, INIT_GLOROT, 2, (size_t[]){3 * inner, d.width},
                                        "%s.blocks.%zu.attn.qkv.weight", prefix, i);
        Value a = norm(g, x, prefix, i, "attn_norm"), q, kv;
        if (i + 1 < layers || rows.count == 0) {
            q = kv = op_linear(g, a, qkv, NO_PARAMETER);
        } else { /* all that comes after it is row by row */
            q = op_linear_outputs(g, select_rows(g, a, rows), qkv, NO_PARAMETER, 0, inner);
            kv = op_linear_outputs(g, a, qkv, NO_PARAMETER, inner, 2 * inner);
            x = select_rows(g, x, rows);
        }
        a = op_attention(g, q, kv, d.heads, head_dim(d), 1 / sqrt((double)d.width));
        x = block_dense(g, x, a, prefix, i, "attn.out", d.width);
        Value m =
            block_dense(g, NO_VALUE, norm(g, x, prefix, i, "mlp_norm"), prefix, i, "mlp.up", d.mlp);
        x = block_dense(g, x, op_gelu(g, m), prefix, i, "mlp.down", d.width);
        graph_segment(g, first);
    }
    return x;
}

Value add_position_embedding(Graph *g, Value x, const char *prefix, size_t max_rows) {
    Parameter p = graph_parameter(g, INIT_NORMAL, 2, (size_t[]){max_rows, graph_cols(g, x)},
                                  "%s.position", prefix);
    return op_add_position(g, x, p);
}

Value transformer_encoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers,
                          Dims d, RowRange rows) {
    char path[96];
    snprintf(path, sizeof path, "%s.embed", prefix);
    x = linear_layer(g, x, path, d.width, INIT_GLOROT);
    return transformer_blocks(g, add_position_embedding(g, x, prefix, max_rows), prefix, layers, d,
                              rows);
}

Value transformer_decoder(Graph *g, Value x, const char *prefix, size_t max_rows, size_t layers,
                          Dims d, size_t out, RowRange rows) {
    char path[96];
    snprintf(path, sizeof path, "%s.head", prefix);
    x = transformer_blocks(g, add_position_embedding(g, x, prefix, max_rows), prefix, layers, d,
                           rows);
    return linear_layer(g, x, path, out, INIT_NORMAL);
}
