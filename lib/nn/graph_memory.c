/* Where values, what ops save, and gradients lie in a graph's memory. */
#include <omp.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/nn/arena.h"
#include "lib/nn/graph_nodes.h"

enum { ALIGN = 16 }; /* elements: every buffer starts on a cache line */

static size_t aligned(size_t elements) { return (elements + ALIGN - 1) / ALIGN * ALIGN; }

/* A node's buffers. */
enum { VALUE, SAVED, RECOMPUTED_VALUE, RECOMPUTED_SAVED, GRAD, BUFFERS };

static void extend(Allocation *b, size_t time) {
    if (b->last < time) b->last = time;
}

/* The value that backward sees. */
static Allocation *backward_value(const Graph *g, Allocation *buffers, size_t v) {
    return &buffers[v * BUFFERS + (g->nodes[v].recomputed ? RECOMPUTED_VALUE : VALUE)];
}

static void live_forward(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    const Node *n = &g->nodes[v];
    Allocation *own = &buffers[v * BUFFERS];
    bool permanent = !n->record.op || n->keep || value_same(node_value(v), g->loss);
    own[VALUE] = (Allocation){node_elements(n, g->max_batch), permanent ? 0 : time,
                              permanent ? g->action_count : time, 0};
    size_t samples = node_scalar(n) ? 1 : g->max_batch;
    own[SAVED] = (Allocation){n->record.saved * samples, time, time, 0};
    if (n->needs_grad)
        own[GRAD] = (Allocation){own[VALUE].size, g->action_count, g->action_count, 0};
    for (int k = 0; k < n->record.inputs; k++)
        extend(&buffers[node_index(n->record.x[k]) * BUFFERS + VALUE], time);
}

static void live_recompute(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    Allocation *own = &buffers[v * BUFFERS];
    own[RECOMPUTED_VALUE] = (Allocation){own[VALUE].size, time, time, 0};
    own[RECOMPUTED_SAVED] = (Allocation){own[SAVED].size, time, time, 0};
    for (int k = 0; k < g->nodes[v].record.inputs; k++)
        extend(backward_value(g, buffers, node_index(g->nodes[v].record.x[k])), time);
}

static void live_backward(const Graph *g, Allocation *buffers, size_t time, size_t v) {
    const Node *n = &g->nodes[v];
    Allocation *own = &buffers[v * BUFFERS];
    if (own[GRAD].first > time) own[GRAD].first = time; /* the loss, which is not an operand */
    if (!n->differentiate) own[GRAD].last = time;
    if (n->record.op->backward_reads_y) extend(backward_value(g, buffers, v), time);
    extend(&own[n->recomputed ? RECOMPUTED_SAVED : SAVED], time);
    for (int k = 0; k < n->record.inputs; k++) {
        size_t x = node_index(n->record.x[k]);
        if (n->record.op->backward_reads_x) extend(backward_value(g, buffers, x), time);
        Allocation *grad = &buffers[x * BUFFERS + GRAD];
        if (g->nodes[x].needs_grad && grad->first > time) grad->first = time;
    }
}

static void set_lifetimes(const Graph *g, Allocation *buffers) {
    for (size_t t = 0; t < g->action_count; t++) {
        size_t v = g->actions[t].node;
        if (g->actions[t].kind == FORWARD) live_forward(g, buffers, t, v);
        if (g->actions[t].kind == RECOMPUTE) live_recompute(g, buffers, t, v);
        if (g->actions[t].kind == BACKWARD) live_backward(g, buffers, t, v);
    }
}

/* The gradient of an operand may take the place of dy, where the op allows it: both then lie in
 * dy's buffer, which lives longer. owner: whose buffer each node's gradient lies in. */
static void share_gradients(const Graph *g, Allocation *buffers, size_t *owner) {
    for (size_t i = 0; i < g->count; i++) owner[i] = i;
    for (size_t t = g->count; t < g->action_count; t++) {
        size_t v = g->actions[t].node;
        const Record *r = &g->nodes[v].record;
        if (g->actions[t].kind != BACKWARD || !(r->op->passes_grad || r->op->grad_in_place) ||
            g->nodes[v].differentiate)
            continue;
        size_t x = node_index(r->x[0]);
        Allocation *to = &buffers[owner[v] * BUFFERS + GRAD], *from = &buffers[x * BUFFERS + GRAD];
        bool twice = false;
        for (int k = 1; k < r->inputs; k++) twice |= value_same(r->x[k], r->x[0]);
        if (twice || !g->nodes[x].needs_grad || from->first != t || from->size != to->size)
            continue;
        extend(to, from->last);
        from->size = 0;
        owner[x] = owner[v];
    }
}

static int place(Graph *g, Allocation *buffers, size_t *owner, Error *err) {
    size_t count = BUFFERS * g->count;
    set_lifetimes(g, buffers);
    share_gradients(g, buffers, owner);
    for (size_t i = 0; i < count; i++) buffers[i].size = aligned(buffers[i].size);
    if (arena_plan(buffers, count, &g->block_count, err)) return -1;
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        for (size_t k = 0; k < BUFFERS; k++)
            g->offsets[i * BUFFERS + k] = buffers[i * BUFFERS + k].offset;
        g->offsets[i * BUFFERS + GRAD] = buffers[owner[i] * BUFFERS + GRAD].offset;
        n->grad_first_write = buffers[i * BUFFERS + GRAD].first;
        if (n->record.scratch > g->scratch_per_thread) g->scratch_per_thread = n->record.scratch;
    }
    for (size_t i = 0; i < g->count; i++) {
        if (!node_in_bf16(g, &g->nodes[i])) continue;
        CallShape c = graph_call_shape(g, &g->nodes[i], g->max_batch);
        size_t room = g->nodes[i].record.op->room(&c);
        if (room > g->room_count) g->room_count = room;
    }
    g->scratch_per_thread = aligned(g->scratch_per_thread);
    g->scratch_count = g->scratch_per_thread * (size_t)omp_get_max_threads();
    return 0;
}

int graph_place(Graph *g, Error *err) {
    size_t count = BUFFERS * g->count;
    Allocation *buffers = calloc(count + 1, sizeof *buffers);
    g->offsets = malloc((count + 1) * sizeof *g->offsets);
    size_t *owner = malloc((g->count + 1) * sizeof *owner);
    int status = buffers && owner && g->offsets ? place(g, buffers, owner, err)
                                                : error_set(err, "out of memory");
    g->planned = status == 0;
    free(buffers);
    free(owner);
    return status;
}

int graph_finish(Graph *g, Value loss, Error *err) {
    if (!g->planned && graph_plan(g, loss, err)) return -1;
    g->block = memory_block(g->block_count * sizeof(real));
    g->scratch = memory_block(g->scratch_count * sizeof(real));
    g->room = (Bf16Room){bf16_kernel(), memory_block(g->room_count * sizeof *g->room.data)};
    if (!g->block || !g->scratch || !g->room.data)
        return error_set(err,
                         "not enough memory: %.0f MiB of working memory for batches of %zu; a "
                         "smaller --batch needs less",
                         (double)graph_bytes(g) / 1048576.0, g->max_batch);
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        const size_t *at = g->offsets + i * BUFFERS;
        n->fwd = n->bwd = (NodeStorage){g->block + at[VALUE], g->block + at[SAVED]};
        if (n->recomputed)
            n->bwd =
                (NodeStorage){g->block + at[RECOMPUTED_VALUE], g->block + at[RECOMPUTED_SAVED]};
        n->grad = n->needs_grad ? g->block + at[GRAD] : NULL;
        if (!n->record.op) memset(n->fwd.value, 0, node_elements(n, g->max_batch) * sizeof(real));
    }
    return 0;
}
