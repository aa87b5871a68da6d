/* Which value lies where in a graph's memory, and what a run does in which order. */
#include <omp.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/nn/arena.h"
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
    for (size_t i = g->count; i-- > 0;) /* backwards: from the loss to what feeds it */
        if (reached[i] && g->nodes[i].record.op && g->nodes[i].record.op->backward)
            for (int k = 0; k < g->nodes[i].record.inputs; k++)
                reached[node_index(g->nodes[i].record.x[k])] = true;
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        bool wanted = n->differentiate;
        for (int k = 0; k < n->record.inputs; k++) wanted |= node_of(g, n->record.x[k])->needs_grad;
        for (int k = 0; k < MAX_WEIGHTS; k++) wanted |= graph_trainable(g, n->record.w[k]);
        n->needs_grad = wanted && reached[i] && (!n->record.op || n->record.op->backward);
    }
    free(reached);
}

/* Going back, a weight's gradient is complete after the first node that uses it. */
static void mark_completions(Graph *g) {
    bool *seen = calloc(g->params->count + 1, 1);
    if (!seen) {
        graph_fail(g, "out of memory");
        return;
    }
    for (size_t i = 0; i < g->count; i++)
        for (int k = 0; g->nodes[i].needs_grad && k < MAX_WEIGHTS; k++) {
            Parameter w = g->nodes[i].record.w[k];
            if (!graph_trainable(g, w)) continue;
            g->nodes[i].completes[k] = !seen[parameter_index(w)];
            seen[parameter_index(w)] = true;
        }
    free(seen);
}

static bool reads_x_back(const Node *n) { return n->needs_grad && n->record.op->backward_reads_x; }

/* Chooses what is computed again: inside a segment, what its backward reads and what that is
 * computed from. What anything outside the segment reads on the way back is kept as ever. */
static void mark_again(Graph *g) {
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
        for (int k = 0; reads_x_back(n) && k < n->record.inputs; k++) {
            size_t x = node_index(n->record.x[k]);
            marks[x] |= segment_of[x] == segment_of[i] ? WANTED : KEPT;
        }
    }
    for (size_t i = g->count;
         !g->failed && i-- > 0;) { /* later segments decide what earlier ones keep for them */
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

/* A node's buffers. */
enum { VALUE, SAVED, VALUE_AGAIN, SAVED_AGAIN, GRAD, BUFFERS };

static void extend(Allocation *b, size_t time) {
    if (b->last < time) b->last = time;
}

/* The value that is there on the way back. */
static Allocation *back_value(const Graph *g, Allocation *buffers, size_t v) {
    return &buffers[v * BUFFERS + (g->nodes[v].recomputed ? VALUE_AGAIN : VALUE)];
}

static void live_forward(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    const Node *n = &g->nodes[v];
    Allocation *own = &buffers[v * BUFFERS];
    bool lasting = !n->record.op || n->keep || value_same(node_value(v), g->loss);
    own[VALUE] = (Allocation){node_elements(n, g->max_batch), lasting ? 0 : time,
                              lasting ? g->action_count : time, 0};
    own[SAVED] = (Allocation){
        n->record.saved * (n->record.op && n->record.op->scalar ? 1 : g->max_batch), time, time, 0};
    if (n->needs_grad)
        own[GRAD] = (Allocation){own[VALUE].size, g->action_count, g->action_count, 0};
    for (int k = 0; k < n->record.inputs; k++)
        extend(&buffers[node_index(n->record.x[k]) * BUFFERS + VALUE], time);
}

static void live_again(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    Allocation *own = &buffers[v * BUFFERS];
    own[VALUE_AGAIN] = (Allocation){own[VALUE].size, time, time, 0};
    own[SAVED_AGAIN] = (Allocation){own[SAVED].size, time, time, 0};
    for (int k = 0; k < g->nodes[v].record.inputs; k++)
        extend(back_value(g, buffers, node_index(g->nodes[v].record.x[k])), time);
}

static void live_backward(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    const Node *n = &g->nodes[v];
    Allocation *own = &buffers[v * BUFFERS];
    if (own[GRAD].first > time) own[GRAD].first = time; /* the loss: nobody's operand */
    if (!n->differentiate) own[GRAD].last = time;
    if (n->record.op->backward_reads_y) extend(back_value(g, buffers, v), time);
    extend(&own[n->recomputed ? SAVED_AGAIN : SAVED], time);
    for (int k = 0; k < n->record.inputs; k++) {
        size_t x = node_index(n->record.x[k]);
        if (n->record.op->backward_reads_x) extend(back_value(g, buffers, x), time);
        Allocation *grad = &buffers[x * BUFFERS + GRAD];
        if (g->nodes[x].needs_grad && grad->first > time) grad->first = time;
    }
}

static void set_lifetimes(const Graph *g, Allocation *buffers) {
    for (size_t t = 0; t < g->action_count; t++) {
        size_t v = g->actions[t].node;
        if (g->actions[t].kind == FORWARD) live_forward(g, buffers, t, v);
        if (g->actions[t].kind == RECOMPUTE) live_again(g, buffers, t, v);
        if (g->actions[t].kind == BACKWARD) live_backward(g, buffers, t, v);
    }
}

/* Going back, a gradient may take the place of the one that it is made of: both live in that one's
 * buffer, which lives on. owner: of each node's gradient. */
static void share_places(const Graph *g, Allocation *buffers, size_t *owner) {
    for (size_t i = 0; i < g->count; i++) owner[i] = i;
    for (size_t t = g->count; t < g->action_count; t++) {
        size_t v = g->actions[t].node;
        const Record *r = &g->nodes[v].record;
        if (g->actions[t].kind != BACKWARD || !(r->op->passes_gradient || r->op->in_place) ||
            g->nodes[v].differentiate)
            continue;
        size_t x = node_index(r->x[0]);
        Allocation *to = &buffers[owner[v] * BUFFERS + GRAD], *from = &buffers[x * BUFFERS + GRAD];
        bool again = false;
        for (int k = 1; k < r->inputs; k++) again |= value_same(r->x[k], r->x[0]);
        if (again || !g->nodes[x].needs_grad || from->first != t || from->size != to->size)
            continue;
        extend(to, from->last);
        from->size = 0;
        owner[x] = owner[v];
    }
}

int graph_plan(Graph *g, Value loss, Error *err) {
    enum { ALIGN = 16 };
    g->loss = loss;
    if (!g->failed && value_exists(loss)) {
        if (graph_value_invalid(g, loss) || !node_of(g, loss)->record.op->scalar)
            graph_fail(g, "the loss is not a scalar");
        else
            mark_gradients(g);
        if (!g->failed) mark_completions(g);
        if (!g->failed && g->recompute) mark_again(g);
    }
    if (!g->failed) list_actions(g);
    if (graph_check(g, err)) return -1;
    size_t count = BUFFERS * g->count;
    Allocation *buffers = calloc(count + 1, sizeof *buffers);
    g->offsets = malloc((count + 1) * sizeof *g->offsets);
    size_t *owner = malloc((g->count + 1) * sizeof *owner);
    int status = buffers && owner && g->offsets ? 0 : error_set(err, "out of memory");
    if (status == 0) {
        set_lifetimes(g, buffers);
        share_places(g, buffers, owner);
        for (size_t i = 0; i < count; i++)
            buffers[i].size = (buffers[i].size + ALIGN - 1) / ALIGN * ALIGN;
        status = arena_plan(buffers, count, &g->block_count, err);
    }
    for (size_t i = 0; status == 0 && i < g->count; i++) {
        Node *n = &g->nodes[i];
        for (size_t k = 0; k < BUFFERS; k++)
            g->offsets[i * BUFFERS + k] = buffers[i * BUFFERS + k].offset;
        g->offsets[i * BUFFERS + GRAD] = buffers[owner[i] * BUFFERS + GRAD].offset;
        n->grad_first_write = buffers[i * BUFFERS + GRAD].first;
        if (n->record.scratch > g->scratch_per_thread) g->scratch_per_thread = n->record.scratch;
    }
    g->scratch_per_thread = (g->scratch_per_thread + ALIGN - 1) / ALIGN * ALIGN;
    g->scratch_count = g->scratch_per_thread * (size_t)omp_get_max_threads();
    g->planned = status == 0;
    free(buffers);
    free(owner);
    return status;
}

int graph_finish(Graph *g, Value loss, Error *err) {
    if (!g->planned && graph_plan(g, loss, err)) return -1;
    g->block = memory_block(g->block_count * sizeof(real));
    g->scratch = memory_block(g->scratch_count * sizeof(real));
    if (!g->block || !g->scratch)
        return error_set(err,
                         "not enough memory: %.0f MiB of working memory for batches of %zu; a "
                         "smaller --batch needs less",
                         (double)graph_bytes(g) / 1048576.0, g->max_batch);
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        const size_t *at = g->offsets + i * BUFFERS;
        n->fwd = n->bwd = (NodeStorage){g->block + at[VALUE], g->block + at[SAVED]};
        if (n->recomputed)
            n->bwd = (NodeStorage){g->block + at[VALUE_AGAIN], g->block + at[SAVED_AGAIN]};
        n->grad = n->needs_grad ? g->block + at[GRAD] : NULL;
        if (!n->record.op) memset(n->fwd.value, 0, node_elements(n, g->max_batch) * sizeof(real));
    }
    return 0;
}
