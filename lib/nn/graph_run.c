/* Running a graph: the actions of its plan, one after the other. */
#include "lib/nn/graph_nodes.h"

/* What the op is given; backward: as graph_backward sees the values. */
static Call call_of(const Graph *g, const Node *n, bool backward) {
    const Record *r = &n->record;
    const NodeStorage *own = backward ? &n->bwd : &n->fwd;
    Call c = {.batch = g->batch,
              .inputs = r->inputs,
              .rows = r->rows,
              .cols = r->cols,
              .y = own->value,
              .dy = n->grad,
              .saved = own->saved,
              .scratch = g->scratch,
              .scratch_per_thread = g->scratch_per_thread,
              .size = r->size,
              .factor = r->factor,
              .list = r->list,
              .table = r->table};
    for (int k = 0; k < r->inputs; k++) {
        const Node *x = node_of(g, r->x[k]);
        c.x[k] = (Operand){x->record.rows, x->record.cols, backward ? x->bwd.value : x->fwd.value,
                           x->grad, false};
    }
    const Bf16Weights *rounded = g->params->rounded;
    if (rounded && parameter_exists(r->w[0]) && rounded->matrices[parameter_index(r->w[0])].data) {
        c.rounded = rounded;
        c.w0 = parameter_index(r->w[0]);
    }
    if (node_in_bf16(g, n)) c.room = &g->room;
    for (int k = 0; k < OP_MAX_WEIGHTS; k++) {
        if (!parameter_exists(r->w[k])) continue;
        size_t w = parameter_index(r->w[k]);
        c.w[k] = params_values(g->params, w);
        c.dw[k] = graph_trainable(g, r->w[k]) && g->params->grad
                      ? g->params->grad + g->params->items[w].offset
                      : NULL;
    }
    return c;
}

void graph_forward(Graph *g, size_t batch) {
    g->batch = batch;
    for (size_t i = 0; i < g->count; i++) {
        const Node *n = &g->nodes[i];
        if (!n->record.op) continue;
        Call c = call_of(g, n, false);
        n->record.op->forward(&c);
    }
}

static void run_backward(const Graph *g, const Node *n, size_t time) {
    Call c = call_of(g, n, true);
    for (int k = 0; k < n->record.inputs; k++) { /* gradients that are first written now */
        const Node *x = node_of(g, n->record.x[k]);
        bool twice = false, passed = n->record.op->passes_grad && x->grad == n->grad;
        for (int i = 0; i < k; i++) twice |= value_same(n->record.x[i], n->record.x[k]);
        if (passed) c.x[k].grad = NULL;
        if (!x->grad || x->grad_first_write != time || twice || passed) continue;
        c.x[k].first_grad = n->record.op->writes_first_grad;
        if (!c.x[k].first_grad) memset(x->grad, 0, node_elements(x, g->batch) * sizeof(real));
    }
    n->record.op->backward(&c);
    for (int k = 0; g->done && k < OP_MAX_WEIGHTS; k++)
        if (n->completes[k]) g->done(g->user, n->record.w[k]);
}

void graph_backward(Graph *g) {
    if (g->action_count == g->count) return; /* nothing to train */
    node_of(g, g->loss)->grad[0] = g->weight;
    for (size_t t = g->count; t < g->action_count; t++) {
        const Node *n = &g->nodes[g->actions[t].node];
        if (g->actions[t].kind == BACKWARD) {
            run_backward(g, n, t);
            continue;
        }
        Call c = call_of(g, n, true);
        n->record.op->forward(&c);
    }
}
