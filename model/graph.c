#include "graph.h"

#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan.h"

typedef struct {
    Record record; /* op NULL: an input */
    bool keep, needs_grad, differentiate;
    size_t *list;
    real *table;
    real *value, *grad, *saved; /* places in the block */
    size_t grad_born;           /* time at which the gradient must be zeroed */
} Node;

struct Graph {
    Params *params;
    size_t max_batch, batch;
    Node *nodes;
    size_t count, capacity;
    Value loss;
    real *block, *scratch;
    size_t block_count, scratch_per_thread;
    bool failed;
    Error err;
};

Graph *graph_new(Params *params, size_t max_batch) {
    Graph *g = calloc(1, sizeof *g);
    if (!g) return NULL;
    g->params = params;
    g->max_batch = max_batch;
    g->loss = -1;
    return g;
}

void graph_free(Graph *g) {
    if (!g) return;
    for (size_t i = 0; i < g->count; i++) {
        free(g->nodes[i].list);
        free(g->nodes[i].table);
    }
    free(g->nodes);
    free(g->block);
    free(g->scratch);
    free(g);
}

Value graph_fail(Graph *g, const char *format, ...) {
    if (!g->failed) {
        va_list args;
        va_start(args, format);
        vsnprintf(g->err.text, sizeof g->err.text, format, args);
        va_end(args);
        g->failed = true;
    }
    return -1;
}

bool graph_bad(const Graph *g, Value v) { return g->failed || v < 0 || (size_t)v >= g->count; }

static Value add_node(Graph *g, const Record *r) {
    if (g->count == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 256;
        Node *nodes = realloc(g->nodes, capacity * sizeof *nodes);
        if (!nodes) return graph_fail(g, "out of memory");
        g->nodes = nodes;
        g->capacity = capacity;
    }
    g->nodes[g->count] = (Node){.record = *r};
    return (Value)g->count++;
}

Value graph_input(Graph *g, size_t rows, size_t cols) {
    if (g->failed) return -1;
    return add_node(g, &(Record){.rows = rows, .cols = cols, .w = {NO_PARAMETER, NO_PARAMETER}});
}

static void *copy(const void *from, size_t bytes) {
    void *to = malloc(bytes);
    if (to) memcpy(to, from, bytes);
    return to;
}

Value graph_record(Graph *g, const Record *r) {
    for (int i = 0; i < r->inputs; i++)
        if (graph_bad(g, r->x[i])) return graph_fail(g, "%s: an operand is no value of this graph", r->op->name);
    if (g->failed) return -1;
    Value v = add_node(g, r);
    if (v < 0) return -1;
    Node *node = &g->nodes[v];
    if (r->list_count) node->record.list = node->list = copy(r->list, r->list_count * sizeof *r->list);
    if (r->table_count) node->record.table = node->table = copy(r->table, r->table_count * sizeof *r->table);
    if ((r->list_count && !node->list) || (r->table_count && !node->table)) return graph_fail(g, "out of memory");
    return v;
}

Parameter graph_parameter(Graph *g, Init init, int rank, const size_t *shape, const char *format, ...) {
    if (g->failed) return NO_PARAMETER;
    char name[128];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    int found = params_declare(g->params, name, rank, shape, init, &g->err);
    if (found < 0) g->failed = true;
    return found;
}

size_t graph_parameter_shape(const Graph *g, Parameter w, int dimension) {
    return w == NO_PARAMETER ? 0 : g->params->items[w].shape[dimension];
}

void graph_keep(Graph *g, Value v) {
    if (!graph_bad(g, v)) g->nodes[v].keep = true;
}

void graph_differentiate(Graph *g, Value input) {
    if (!graph_bad(g, input)) g->nodes[input].differentiate = true;
}

size_t graph_rows(const Graph *g, Value v) { return graph_bad(g, v) ? 0 : g->nodes[v].record.rows; }
size_t graph_cols(const Graph *g, Value v) { return graph_bad(g, v) ? 0 : g->nodes[v].record.cols; }
real *graph_data(Graph *g, Value v) { return graph_bad(g, v) ? NULL : g->nodes[v].value; }
real *graph_gradient(Graph *g, Value v) { return graph_bad(g, v) ? NULL : g->nodes[v].grad; }
size_t graph_bytes(const Graph *g) { return g->block_count * sizeof(real); }

static bool trainable(const Graph *g, Parameter w) { return w != NO_PARAMETER && g->params->items[w].trainable; }

static size_t elements(const Graph *g, const Node *n) {
    bool scalar = n->record.op && n->record.op->scalar;
    return (scalar ? 1 : g->max_batch) * n->record.rows * n->record.cols;
}

/* Which nodes take part in differentiation: those that the loss depends on through something trainable. */
static void mark_gradients(Graph *g) {
    bool *reached = calloc(g->count + 1, 1);
    if (!reached) {
        graph_fail(g, "out of memory");
        return;
    }
    reached[g->loss] = true;
    for (size_t i = g->count; i-- > 0;) /* backwards: from the loss to what feeds it */
        if (reached[i] && g->nodes[i].record.op && g->nodes[i].record.op->backward)
            for (int k = 0; k < g->nodes[i].record.inputs; k++) reached[g->nodes[i].record.x[k]] = true;
    for (size_t i = 0; i < g->count; i++) {
        Node *n = &g->nodes[i];
        bool wanted = n->differentiate;
        for (int k = 0; k < n->record.inputs; k++) wanted |= g->nodes[n->record.x[k]].needs_grad;
        for (int k = 0; k < MAX_WEIGHTS; k++) wanted |= trainable(g, n->record.w[k]);
        n->needs_grad = wanted && reached[i] && (!n->record.op || n->record.op->backward);
    }
    free(reached);
}

/* Lifetimes: node i runs forwards at time i and backwards at 2 count - 1 - i. Buffers 3i, 3i+1, 3i+2 are its value,
 * gradient and saved intermediates. */
static void set_lifetimes(Graph *g, Buffer *buffers) {
    size_t count = g->count, end = 2 * count;
    for (size_t i = 0; i < count; i++) {
        Node *n = &g->nodes[i];
        Buffer *value = &buffers[3 * i], *grad = value + 1, *saved = value + 2;
        size_t back = 2 * count - 1 - i;
        bool input = !n->record.op, lasting = input || n->keep || (Value)i == g->loss;
        *value = (Buffer){elements(g, n), lasting ? 0 : i, lasting ? end : i, 0};
        if (n->needs_grad) {
            *grad = (Buffer){elements(g, n), back, n->differentiate ? end : back, 0};
            if (n->record.op && n->record.op->backward_reads_y && value->last < back) value->last = back;
        }
        size_t saved_count = n->record.saved * (n->record.op && n->record.op->scalar ? 1 : g->max_batch);
        *saved = (Buffer){saved_count, i, n->needs_grad ? back : i, 0};
        for (int k = 0; k < n->record.inputs; k++) {
            Node *from = &g->nodes[n->record.x[k]];
            Buffer *x = &buffers[3 * n->record.x[k]];
            size_t used = n->needs_grad && n->record.op->backward_reads_x ? back : i;
            if (x->last < used) x->last = used;
            if (n->needs_grad && from->needs_grad && x[1].first > back) x[1].first = back;
        }
    }
}

int graph_check(const Graph *g, Error *err) {
    if (g->failed) *err = g->err;
    return g->failed ? -1 : 0;
}

int graph_finish(Graph *g, Value loss, Error *err) {
    g->loss = loss;
    if (!g->failed && loss >= 0) {
        if (graph_bad(g, loss) || !g->nodes[loss].record.op->scalar) graph_fail(g, "the loss is not a scalar");
        else mark_gradients(g);
    }
    if (graph_check(g, err)) return -1;
    Buffer *buffers = calloc(3 * g->count + 1, sizeof *buffers);
    if (!buffers) return fail(err, "out of memory");
    set_lifetimes(g, buffers);
    enum { ALIGN = 16 };
    for (size_t i = 0; i < 3 * g->count; i++) buffers[i].size = (buffers[i].size + ALIGN - 1) / ALIGN * ALIGN;
    int status = plan_memory(buffers, 3 * g->count, &g->block_count, err);
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i].record.scratch > g->scratch_per_thread) g->scratch_per_thread = g->nodes[i].record.scratch;
    g->scratch_per_thread = (g->scratch_per_thread + ALIGN - 1) / ALIGN * ALIGN;
    size_t scratch = g->scratch_per_thread * (size_t)omp_get_max_threads();
    if (status == 0) {
        g->block = aligned_alloc(64, (g->block_count ? g->block_count : ALIGN) * sizeof(real));
        g->scratch = aligned_alloc(64, (scratch ? scratch : ALIGN) * sizeof(real));
        if (!g->block || !g->scratch)
            status = fail(err, "not enough memory: %.0f MiB of working memory for batches of %zu; a smaller --batch needs less",
                          (double)(g->block_count + scratch) * sizeof(real) / 1048576.0, g->max_batch);
    }
    for (size_t i = 0; status == 0 && i < g->count; i++) {
        Node *n = &g->nodes[i];
        n->value = g->block + buffers[3 * i].offset;
        n->grad = n->needs_grad ? g->block + buffers[3 * i + 1].offset : NULL;
        n->grad_born = buffers[3 * i + 1].first;
        n->saved = g->block + buffers[3 * i + 2].offset;
        if (!n->record.op) memset(n->value, 0, elements(g, n) * sizeof(real));
    }
    free(buffers);
    return status;
}

static Call call_of(const Graph *g, const Node *n) {
    const Record *r = &n->record;
    Call c = {.batch = g->batch, .inputs = r->inputs, .rows = r->rows, .cols = r->cols, .y = n->value, .dy = n->grad,
              .saved = n->saved, .scratch = g->scratch, .scratch_per_thread = g->scratch_per_thread, .size = r->size,
              .factor = r->factor, .list = r->list, .table = r->table};
    for (int k = 0; k < r->inputs; k++) {
        const Node *x = &g->nodes[r->x[k]];
        c.x[k] = (Operand){x->record.rows, x->record.cols, x->value, x->grad};
    }
    for (int k = 0; k < MAX_WEIGHTS; k++) {
        if (r->w[k] == NO_PARAMETER) continue;
        size_t offset = g->params->items[r->w[k]].offset;
        c.w[k] = g->params->value + offset;
        c.dw[k] = trainable(g, r->w[k]) && g->params->grad ? g->params->grad + offset : NULL;
    }
    return c;
}

void graph_forward(Graph *g, size_t batch) {
    g->batch = batch;
    for (size_t i = 0; i < g->count; i++) {
        const Node *n = &g->nodes[i];
        if (!n->record.op) continue;
        Call c = call_of(g, n);
        n->record.op->forward(&c);
    }
}

void graph_backward(Graph *g) {
    size_t count = g->count;
    for (size_t i = count; i-- > 0;) {
        size_t time = 2 * count - 1 - i;
        /* Gradients that come to life now: this node's inputs whose last consumer it is. */
        Node *n = &g->nodes[i];
        if ((Value)i == g->loss && n->grad) n->grad[0] = 1;
        if (!n->needs_grad || !n->record.op) continue;
        for (int k = 0; k < n->record.inputs; k++) {
            Node *x = &g->nodes[n->record.x[k]];
            if (x->grad && x->grad_born == time) memset(x->grad, 0, elements(g, x) * sizeof(real));
        }
        Call c = call_of(g, n);
        n->record.op->backward(&c);
    }
}
