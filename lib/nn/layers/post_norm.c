#include "lib/nn/layers/post_norm.h"

#include <stdio.h>

#include "lib/nn/layers/transformer.h"

static Value dense(Graph *g, Value x, const char *block, const char *name, size_t out) {
    char path[112];
    snprintf(path, sizeof path, "%s.%s", block, name);
    return linear_layer(g, x, path, out, INIT_GLOROT);
}

static Value add_and_norm(Graph *g, Value x, Value y, const char *block, const char *name) {
    size_t width = graph_cols(g, x);
    Parameter w = graph_parameter(g, INIT_ONE, 1, &width, "%s.%s.weight", block, name);
    Parameter b = graph_parameter(g, INIT_ZERO, 1, &width, "%s.%s.bias", block, name);
    return op_layer_norm(g, op_add(g, x, y), w, b);
}

/* memory: of this block, or NULL. */
static Value attend(Graph *g, Value x, const char *block, PostNorm p, Value *memory) {
    size_t inner = p.heads * p.head_dim;
    double scale = 1 / sqrt((double)p.head_dim);
    if (!memory) {
        Value qkv = dense(g, x, block, "attn.qkv", 3 * inner);
        return op_attention_window(g, qkv, qkv, p.heads, p.head_dim, scale, p.window);
    }
    Parameter w = graph_parameter(g, INIT_GLOROT, 2, (size_t[]){3 * inner, graph_cols(g, x)},
                                  "%s.attn.qkv.weight", block);
    Parameter b =
        graph_parameter(g, INIT_ZERO, 1, (size_t[]){3 * inner}, "%s.attn.qkv.bias", block);
    Value q = op_linear_outputs(g, x, w, b, 0, inner);
    Value kv = op_linear_outputs(g, x, w, b, inner, 2 * inner);
    *memory = value_exists(*memory) ? op_concat_rows(g, (Value[]){*memory, kv}, 2) : kv;
    return op_attention_window(g, q, *memory, p.heads, p.head_dim, scale, p.window);
}

Value post_norm_blocks(Graph *g, Value x, const char *prefix, PostNorm p, Value *memory) {
    size_t width = graph_cols(g, x);
    for (size_t i = 0; i < p.layers; i++) {
        char block[96];
        snprintf(block, sizeof block, "%s.blocks.%zu", prefix, i);
        size_t first = graph_count(g);
        Value a = attend(g, x, block, p, memory ? &memory[i] : NULL);
        x = add_and_norm(g, x, dense(g, a, block, "attn.out", width), block, "attn_norm");
        Value m = op_relu(g, dense(g, x, block, "mlp.up", p.mlp));
        x = add_and_norm(g, x, dense(g, m, block, "mlp.down", width), block, "mlp_norm");
        if (!memory) graph_segment(g, first);
    }
    return x;
}
