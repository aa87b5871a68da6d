/* graph_nodes.h: what a graph consists of, shared by the files that record (graph.c), plan
 * (graph_plan.c, graph_memory.c), run (graph_run.c) and count it (graph_flops.c). */
#ifndef LIB_NN_GRAPH_NODES_H
#define LIB_NN_GRAPH_NODES_H

#include "lib/nn/op.h"

/* Where a value and what its op saved lie in the block. */
typedef struct {
    real *value, *saved;
} NodeStorage;

typedef struct {
    Record record; /* op NULL: an input */
    bool keep, needs_grad, differentiate;
    bool recomputed; /* computed a second time for backward */
    bool completes[OP_MAX_WEIGHTS]; /* backward of no other node adds to that weight's gradient
                                       after this one's */
    size_t *list;
    real *table;
    NodeStorage fwd, bwd; /* as graph_forward and graph_backward see them: two if recomputed */
    real *grad;
    size_t grad_first_write; /* time of the action that first writes the gradient */
} Node;

typedef struct {
    size_t first, last; /* nodes */
} Segment;

/* A run is a list of actions; their indices are the times of the plan. The first `count` are
 * FORWARD, one for each node. */
typedef enum { FORWARD, RECOMPUTE, BACKWARD } ActionKind;
typedef struct {
    ActionKind kind;
    size_t node;
} Action;

struct Graph {
    Params *params;
    size_t max_batch, batch;
    Node *nodes;
    size_t count, capacity;
    Segment *segments;
    size_t segment_count;
    Action *actions;
    size_t action_count;
    Value loss;
    real weight;
    void (*done)(void *user, Parameter w);
    void *user;
    bool recompute, planned;
    size_t *offsets; /* in the block: of each node's buffers (graph_memory.c) */
    real *block, *scratch;
    size_t block_count, scratch_per_thread, scratch_count;
    Bf16Room room;
    size_t room_count; /* in uint16_t; 0: no products in bfloat16 */
    bool failed;
    Error err;
};

static inline size_t node_index(Value v) { return v.id - 1; }
static inline Value node_value(size_t index) { return (Value){index + 1}; }
static inline Node *node_of(const Graph *g, Value v) { return &g->nodes[node_index(v)]; }

static inline bool graph_trainable(const Graph *g, Parameter w) {
    return parameter_exists(w) && g->params->items[parameter_index(w)].trainable;
}

static inline bool node_scalar(const Node *n) { return n->record.op && n->record.op->scalar; }

/* Elements of a node's value in a batch. */
static inline size_t node_elements(const Node *n, size_t batch) {
    return (node_scalar(n) ? 1 : batch) * n->record.rows * n->record.cols;
}

/* Of a node that has an op, once graph_plan knows which gradients are required. */
CallShape graph_call_shape(const Graph *g, const Node *n, size_t batch);

/* Products with the node's first weight are made in bfloat16. */
static inline bool node_in_bf16(const Graph *g, const Node *n) {
    const Record *r = &n->record;
    return r->op && r->op->room && parameter_exists(r->w[0]) &&
           g->params->items[parameter_index(r->w[0])].in_bf16;
}

/* The second half of graph_plan: gives every buffer its place. */
int graph_place(Graph *g, Error *err);

#endif
