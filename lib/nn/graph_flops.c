/* The operations of a run: the sum over the actions of its plan. */
#include "lib/nn/graph_nodes.h"

CallShape graph_call_shape(const Graph *g, const Node *n, size_t batch) {
    const Record *r = &n->record;
    CallShape c = {
        .batch = batch, .inputs = r->inputs, .rows = r->rows, .cols = r->cols, .size = r->size};
    for (int k = 0; k < r->inputs; k++) {
        const Node *x = node_of(g, r->x[k]);
        c.x[k].rows = x->record.rows;
        c.x[k].cols = x->record.cols;
        c.x[k].grad = x->needs_grad;
    }
    for (int k = 0; k < OP_MAX_WEIGHTS; k++) c.dw[k] = graph_trainable(g, r->w[k]);
    return c;
}

GraphFlops graph_flops(const Graph *g, size_t batch) {
    GraphFlops sum = {0};
    for (size_t t = 0; t < g->action_count; t++) {
        const Node *n = &g->nodes[g->actions[t].node];
        if (!n->record.op || !n->record.op->flops) continue;
        CallShape c = graph_call_shape(g, n, batch);
        double flops = n->record.op->flops(&c, g->actions[t].kind == BACKWARD);
        if (g->actions[t].kind == FORWARD) sum.forward += flops;
        if (g->actions[t].kind == RECOMPUTE) sum.recompute += flops;
        if (g->actions[t].kind == BACKWARD) sum.backward += flops;
    }
    return sum;
}
