/* graph.h: reverse-mode differentiation over a recorded list of ops.
 *
 * A network is written once, forwards: every op call (ops.h) records a node and returns its Value.
 * graph_finish then plans one block of working memory in which values and gradients share places
 * when their lifetimes do not meet; from there on graph_forward and graph_backward allocate
 * nothing. op.h says how an op is added.
 *
 * A value holds [batch, rows, cols] elements; batch is chosen at each run, up to the largest that
 * was planned for. Rows are usually times, and cols channels. A map of height H and width W lies in
 * it with its channels last: row y W + x is the place (x, y), so that ops on single rows (linear,
 * layer_norm, activations) need not know of it, and ops that do take W as a size of their own.
 * Scalars (losses) have one element whatever the batch.
 *
 * Errors while recording are kept: later calls do nothing and graph_finish reports the first one.
 */
#ifndef LIB_NN_GRAPH_H
#define LIB_NN_GRAPH_H

#include "lib/nn/params.h"

/* What an op call or graph_input returns, and a tensor of Params: types of their own, so that the
 * compiler tells them apart. Both count from 1; zero-initialised, they are none. */
typedef struct {
    size_t id;
} Value;
typedef struct {
    size_t id; /* 1 + the index in Params.items */
} Parameter;

static const Value NO_VALUE = {0};
static const Parameter NO_PARAMETER = {0};

static inline bool value_exists(Value v) { return v.id != 0; }
static inline bool value_same(Value a, Value b) { return a.id == b.id; }
static inline bool parameter_exists(Parameter w) { return w.id != 0; }
static inline size_t parameter_index(Parameter w) { return w.id - 1; }

typedef struct Graph Graph;

/* Records over params (borrowed). Before params_allocate, op calls only declare parameters. NULL
 * when out of memory. */
Graph *graph_new(Params *params, size_t max_batch);
void graph_free(Graph *g);

/* A value that the caller fills before each run (graph_data). */
Value graph_input(Graph *g, size_t rows, size_t cols);
/* Keeps a value readable after a run. */
void graph_keep(Graph *g, Value v);

/* Declares or finds a parameter, e.g. graph_parameter(g, INIT_GLOROT, 2, (size_t[]){out, in},
 * "%s.weight", prefix). */
Parameter graph_parameter(Graph *g, Init init, int rank, const size_t *shape, const char *format,
                          ...) __attribute__((format(printf, 5, 6)));

/* Length of a parameter's dimension; 0 for NO_PARAMETER. */
size_t graph_parameter_shape(const Graph *g, Parameter w, int dimension);

/* The first error of the recording so far: 0, or -1 with its message. */
int graph_check(const Graph *g, Error *err);

/* Everything recorded since graph_count was `first` is one segment: a part whose values can be
 * computed a second time from what it reads. Segments do not overlap. */
size_t graph_count(const Graph *g);
void graph_segment(Graph *g, size_t first);
/* To be called before planning: values inside segments are not kept for graph_backward, which
 * computes each segment a second time when it comes to it: less memory, more time, the same bits
 * (Chen et al. 2016, "Training deep nets with sublinear memory cost"). */
void graph_recompute(Graph *g);

/* Plans memory and allocates nothing of it: graph_bytes says what the graph would take. loss: the
 * scalar to differentiate, or NO_VALUE for a graph that only runs forwards. */
int graph_plan(Graph *g, Value loss, Error *err);
/* Plans, unless that has been done, and allocates. */
int graph_finish(Graph *g, Value loss, Error *err);

size_t graph_bytes(const Graph *g); /* working memory, scratch included */

/* Floating-point operations of one graph_forward and one graph_backward, as the ops report them
 * (Op.flops): 2 m n k for a product of [m, k] and [k, n], of the rows that are computed. */
typedef struct {
    double forward;
    double recompute; /* of the segments that graph_backward computes a second time */
    double backward; /* of the gradients that are required, without recompute */
} GraphFlops;

/* For that batch, of a graph that is planned. */
GraphFlops graph_flops(const Graph *g, size_t batch);
real *graph_data(Graph *g, Value v); /* inputs and kept values */
size_t graph_rows(const Graph *g, Value v);
size_t graph_cols(const Graph *g, Value v);
/* Most rows per sample of any result that w is the first weight of: for a product's working memory.
 */
size_t graph_parameter_rows(const Graph *g, Parameter w);

void graph_forward(Graph *g, size_t batch);
/* After graph_forward of the same batch: adds weight * d loss / d w to the gradients of all
 * trainable parameters; weight is 1 unless set. */
void graph_backward(Graph *g);
void graph_set_weight(Graph *g, double weight);
/* Has graph_backward call done(user, w) when the gradient of parameter w is complete, in the same
 * order every time. */
void graph_on_gradient(Graph *g, void (*done)(void *user, Parameter w), void *user);
/* Gradient of the loss with respect to an input, valid after graph_backward; NULL unless
 * graph_differentiate was called. */
void graph_differentiate(Graph *g, Value input);
real *graph_gradient(Graph *g, Value input);

/* Keeps the first error of a recording and returns NO_VALUE. */
Value graph_fail(Graph *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
