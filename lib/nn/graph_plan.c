/* What a run does, in which order: forward, and for a loss what backward needs. */
#include <stdlib.h>

#include "lib/nn/graph_nodes.h"

/* Which nodes take part in differentiation: those that the loss depends on through something
 * trainable. */
static void mark_gradients(Graph *g) {
    bool *reached = calloc(g->count + 1, 1);
    if (!reached) {
        graph_fail(g, "out of memory");
        return;
    }
    reached[node_index(g->loss)] = true;
    for (size_t i = g->count; i-- > 0;) /* from the loss to what feeds it */
        if (reached[i] && g->nodes[i].record.op && g->nodes[i].record.op->backward)
            for (int k = 0; k < g->nodes[i].record.inputs; k++)
                reached[node_index(g->nodes[i].record.x[k])] = true;
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        bool wanted = n->differentiate;
        for (int k = 0; k < n->record.inputs; k++) wanted |= node_of(g, n->record.x[k])->needs_grad;
        for (int k = 0; k < OP_MAX_WEIGHTS; k++) wanted |= graph_trainable(g, n->record.w[k]);
        n->needs_grad = wanted && reached[i] && (!n->record.op || n->record.op->backward);
    }
    free(reached);
}

/* Backward reaches the first node that uses a weight last: its gradient is complete then. */
static void mark_completions(Graph *g) {
    bool *seen = calloc(g->params->count + 1, 1);
    if (!seen) {
        graph_fail(g, "out of memory");
        return;
    }
    for (size_t i = 0; i < g->count; i++)
        for (int k = 0; g->nodes[i].needs_grad && k < OP_MAX_WEIGHTS; k++) {
            Parameter w = g->nodes[i].record.w[k];
            if (!graph_trainable(g, w)) continue;
            g->nodes[i].completes[k] = !seen[parameter_index(w)];
            seen[parameter_index(w)] = true;
        }
    free(seen);
}

static bool backward_reads_x(const Node *n) {
    return n->needs_grad && n->record.op->backward_reads_x;
}

/* Chooses what is computed a second time: inside a segment, what its backward reads and what that
 * is computed from. What backward of another part reads is kept. */
static void mark_recomputed(Graph *g) {
    enum { KEPT = 1, WANTED = 2 };
    unsigned char *marks = calloc(g->count + 1, 1);
    size_t *segment_of = malloc((g->count + 1) * sizeof *segment_of);
    if (!marks || !segment_of) graph_fail(g, "out of memory");
    for (size_t i = 0; !g->failed && i < g->count; i++) segment_of[i] = SIZE_MAX;
    for (size_t s = 0; !g->failed && s < g->segment_count; s++)
        for (size_t i = g->segments[s].first; i <= g->segments[s].last; i++) segment_of[i] = s;
    for (size_t i = 0; !g->failed && i < g->count; i++) {
        const Node *n = &g->nodes[i];
        if (n->keep || !n->record.op || value_same(node_value(i), g->loss)) marks[i] |= KEPT;
        if (n->needs_grad && n->record.op && (n->record.op->backward_reads_y || n->record.saved))
            marks[i] |= WANTED;
        for (int k = 0; backward_reads_x(n) && k < n->record.inputs; k++) {
            size_t x = node_index(n->record.x[k]);
            marks[x] |= segment_of[x] == segment_of[i] ? WANTED : KEPT;
        }
    }
    /* later segments decide what earlier ones keep for them */
    for (size_t i = g->count; !g->failed && i-- > 0;) {
        Node *n = &g->nodes[i];
        n->recomputed = segment_of[i] != SIZE_MAX && marks[i] == WANTED;
        for (int k = 0; n->recomputed && k < n->record.inputs; k++) {
            size_t x = node_index(n->record.x[k]);
            marks[x] |= segment_of[x] == segment_of[i] ? WANTED : KEPT;
        }
    }
    free(marks);
    free(segment_of);
}

static void list_actions(Graph *g) {
    g->actions = malloc((3 * g->count + 1) * sizeof *g->actions);
    if (!g->actions) {
        graph_fail(g, "out of memory");
        return;
    }
    size_t n = 0, s = g->segment_count;
    for (size_t i = 0; i < g->count; i++) g->actions[n++] = (Action){FORWARD, i};
    for (size_t i = g->count; value_exists(g->loss) && i-- > 0;) {
        while (s > 0 && g->segments[s - 1].last > i) s--;
        if (s > 0 && g->segments[s - 1].last == i)
            for (size_t k = g->segments[s - 1].first; k <= i; k++)
                if (g->nodes[k].recomputed) g->actions[n++] = (Action){RECOMPUTE, k};
        if (g->nodes[i].needs_grad && g->nodes[i].record.op)
            g->actions[n++] = (Action){BACKWARD, i};
    }
    g->action_count = n;
}

int graph_plan(Graph *g, Value loss, Error *err) {
    g->loss = loss;
    if (!g->failed && value_exists(loss)) {
        if (graph_value_invalid(g, loss) || !node_scalar(node_of(g, loss)))
            graph_fail(g, "the loss is not a scalar");
        else
            mark_gradients(g);
        if (!g->failed) mark_completions(g);
        if (!g->failed && g->recompute) mark_recomputed(g);
    }
    if (!g->failed) list_actions(g);
    if (graph_check(g, err)) return -1;
    return graph_place(g, err);
}
