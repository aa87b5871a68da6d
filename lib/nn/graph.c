#include "lib/nn/graph_nodes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

Graph *graph_new(Params *params, size_t max_batch) {
    Graph *g = calloc(1, sizeof *g);
    if (!g) return NULL;
    g->params = params;
    g->max_batch = max_batch;
    g->weight = 1;
    return g;
}

void graph_free(Graph *g) {
    if (!g) return;
    for (size_t i = 0; i < g->count; i++) {
        free(g->nodes[i].list);
        free(g->nodes[i].table);
    }
    free(g->nodes);
    free(g->segments);
    free(g->actions);
    free(g->offsets);
    free(g->block);
    free(g->scratch);
    free(g->room.data);
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
    return NO_VALUE;
}

bool graph_value_invalid(const Graph *g, Value v) {
    return g->failed || !value_exists(v) || node_index(v) >= g->count;
}

static Value add_node(Graph *g, const Record *r) {
    if (g->count == g->capacity) {
        size_t capacity = g->capacity ? 2 * g->capacity : 256;
        Node *nodes = realloc(g->nodes, capacity * sizeof *nodes);
        if (!nodes) return graph_fail(g, "out of memory");
        g->nodes = nodes;
        g->capacity = capacity;
    }
    g->nodes[g->count] = (Node){.record = *r};
    return node_value(g->count++);
}

Value graph_input(Graph *g, size_t rows, size_t cols) {
    if (g->failed) return NO_VALUE;
    return add_node(g, &(Record){.rows = rows, .cols = cols});
}

static void *copy(const void *from, size_t bytes) {
    void *to = malloc(bytes);
    if (to) memcpy(to, from, bytes);
    return to;
}

Value graph_record(Graph *g, const Record *r) {
    for (int i = 0; i < r->inputs; i++)
        if (graph_value_invalid(g, r->x[i]))
            return graph_fail(g, "%s: an operand is not a value of this graph", r->op->name);
    if (g->failed) return NO_VALUE;
    Value v = add_node(g, r);
    if (!value_exists(v)) return NO_VALUE;
    Node *node = node_of(g, v);
    if (r->list_count)
        node->record.list = node->list = copy(r->list, r->list_count * sizeof *r->list);
    if (r->table_count)
        node->record.table = node->table = copy(r->table, r->table_count * sizeof *r->table);
    if ((r->list_count && !node->list) || (r->table_count && !node->table))
        return graph_fail(g, "out of memory");
    return v;
}

Parameter graph_parameter(Graph *g, Init init, int rank, const size_t *shape, const char *format,
                          ...) {
    if (g->failed) return NO_PARAMETER;
    char name[128];
    va_list args;
    va_start(args, format);
    vsnprintf(name, sizeof name, format, args);
    va_end(args);
    int found = params_declare(g->params, name, rank, shape, init, &g->err);
    if (found < 0) g->failed = true;
    return (Parameter){(size_t)(found + 1)};
}

size_t graph_parameter_shape(const Graph *g, Parameter w, int dimension) {
    return parameter_exists(w) ? g->params->items[parameter_index(w)].shape[dimension] : 0;
}

void graph_keep(Graph *g, Value v) {
    if (!graph_value_invalid(g, v)) node_of(g, v)->keep = true;
}

void graph_differentiate(Graph *g, Value input) {
    if (!graph_value_invalid(g, input)) node_of(g, input)->differentiate = true;
}

size_t graph_count(const Graph *g) { return g->count; }

void graph_segment(Graph *g, size_t first) {
    if (g->failed || first >= g->count) return;
    Segment *segments = realloc(g->segments, (g->segment_count + 1) * sizeof *segments);
    if (!segments) {
        graph_fail(g, "out of memory");
        return;
    }
    segments[g->segment_count++] = (Segment){first, g->count - 1};
    g->segments = segments;
}

void graph_recompute(Graph *g) { g->recompute = true; }

void graph_set_weight(Graph *g, double weight) { g->weight = (real)weight; }

void graph_on_gradient(Graph *g, void (*done)(void *user, Parameter w), void *user) {
    g->done = done;
    g->user = user;
}

size_t graph_rows(const Graph *g, Value v) {
    return graph_value_invalid(g, v) ? 0 : node_of(g, v)->record.rows;
}
size_t graph_cols(const Graph *g, Value v) {
    return graph_value_invalid(g, v) ? 0 : node_of(g, v)->record.cols;
}
real *graph_data(Graph *g, Value v) {
    return graph_value_invalid(g, v) ? NULL : node_of(g, v)->fwd.value;
}
real *graph_gradient(Graph *g, Value v) {
    return graph_value_invalid(g, v) ? NULL : node_of(g, v)->grad;
}
size_t graph_bytes(const Graph *g) {
    return (g->block_count + g->scratch_count) * sizeof(real) +
           g->room_count * sizeof *g->room.data;
}

int graph_check(const Graph *g, Error *err) {
    if (g->failed) *err = g->err;
    return g->failed ? -1 : 0;
}

size_t graph_parameter_rows(const Graph *g, Parameter w) {
    size_t rows = 0;
    for (size_t i = 0; i < g->count; i++) {
        const Record *r = &g->nodes[i].record;
        if (r->w[0].id == w.id && r->rows > rows) rows = r->rows;
    }
    return rows;
}
