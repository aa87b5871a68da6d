/* op.h: how an op is defined; for the files that define one.
 *
 * How to add an op
 *
 * An op is a row of type Op and a function that records a call of it. The smallest one there is:
 *
 *     y = x^2,  dx = 2 x dy
 *
 *     static void square_forward(const Call *c) {
 *         size_t n = c->batch * c->rows * c->cols;
 *         for (size_t i = 0; i < n; i++) c->y[i] = c->x[0].data[i] * c->x[0].data[i];
 *     }
 *
 *     static void square_backward(const Call *c) {
 *         size_t n = c->batch * c->rows * c->cols;
 *         if (!c->x[0].grad) return;
 *         for (size_t i = 0; i < n; i++) c->x[0].grad[i] += 2 * c->x[0].data[i] * c->dy[i];
 *     }
 *
 *     Value op_square(Graph *g, Value x) {
 *         static const Op op = {.name = "square",
 *                               .forward = square_forward,
 *                               .backward = square_backward,
 *                               .backward_reads_x = true};
 *         return graph_record(g, &(Record){.op = &op,
 *                                          .inputs = 1,
 *                                          .x = {x},
 *                                          .rows = graph_rows(g, x),
 *                                          .cols = graph_cols(g, x)});
 *     }
 *
 * It goes into a file of lib/nn/ops that begins with its equation, with its declaration and shapes
 * in ops.h; test/lib/nn/f64_ops.c compares its gradients with central differences, and
 * test/lib/nn/ops its float32 values with the definition.
 *
 * The recording function checks shapes and calls graph_fail where they do not fit; forward and
 * backward run on what was checked and cannot fail. Whatever they need besides their operands is in
 * the Record: sizes, factors, a list of indices, a table of constants.
 *
 * Forward writes all of y. Backward adds to x[k].grad and dw[k]; NULL in their place means that
 * this gradient is not required. Both may run in several threads, but the result must not depend on
 * how many: each element is computed by one thread, sums are cut into parts of a fixed number
 * (layer_norm.c), and elementwise loops are cut at multiples of VECTOR (threads_part).
 *
 * What backward reads must be kept until then, so an op says what that is: backward_reads_x,
 * backward_reads_y, or numbers of its own that forward leaves in `saved`. What an op does not ask
 * for may be overwritten by the time backward runs.
 *
 * Three more properties save work and memory; without them an op is right, too:
 * - writes_first_grad: backward looks at Operand.first_grad, and where it is set stores the
 *   gradient, every element of it, instead of adding to it (real_store_or_add; beta = 0 in a
 *   product). Without this property the gradient is filled with zeros before.
 * - passes_grad: the gradient of x[0] is dy itself, as in a sum. Where dy's memory can become that
 *   gradient, backward sees NULL in x[0].grad and has nothing to do for it.
 * - grad_in_place: x[0].grad may lie where dy does: backward reads each element of dy before it
 *   writes the one at the same place, and not after that. Needs writes_first_grad. */
#ifndef LIB_NN_OP_H
#define LIB_NN_OP_H

#include "lib/nn/graph.h"
#include "lib/nn/kernels/bfloat16_matmul.h"

enum { OP_MAX_INPUTS = 8, OP_MAX_WEIGHTS = 2, OP_MAX_SIZES = 8 };

typedef struct {
    size_t rows, cols; /* per sample */
    const real *data;
    real *grad; /* NULL if the gradient is not required */
    bool first_grad; /* grad holds nothing yet. Never set for ops without writes_first_grad */
} Operand;

/* What an op's forward and backward are given. Of a value that is an operand twice, both are the
 * same memory, and first_grad is set for the first mention alone. */
typedef struct {
    size_t batch;
    int inputs;
    Operand x[OP_MAX_INPUTS];
    const real *w[OP_MAX_WEIGHTS]; /* NULL: absent */
    real *dw[OP_MAX_WEIGHTS]; /* NULL: absent or frozen */
    const Bf16Weights *rounded; /* with w[0] as matrices[w0]; NULL: use w[0] */
    size_t w0;
    const Bf16Room *room; /* not NULL: products with w[0] are made in bfloat16 (bf16_matmul) */
    size_t rows, cols; /* of the result */
    real *y;
    const real *dy;
    real *saved; /* kept from forward to backward */
    real *scratch; /* within one call; scratch_per_thread elements for each thread */
    size_t scratch_per_thread;
    const size_t *size; /* the Record's */
    const real *factor;
    const size_t *list;
    const real *table;
} Call;

/* A call without its data: what is needed to count operations. */
typedef struct {
    size_t batch;
    int inputs;
    struct {
        size_t rows, cols; /* per sample */
        bool grad; /* its gradient is required */
    } x[OP_MAX_INPUTS];
    bool dw[OP_MAX_WEIGHTS]; /* likewise */
    size_t rows, cols; /* of the result */
    const size_t *size;
} CallShape;

typedef struct {
    const char *name; /* for error messages */
    void (*forward)(const Call *c);
    void (*backward)(const Call *c); /* NULL: no gradient passes */
    /* Floating-point operations of forward, or of backward, over the whole batch. NULL for ops
     * whose work is linear in the number of their elements: as usual in the literature (Chowdhery
     * et al. 2022, appendix B), norms, activations and sums are not counted. */
    double (*flops)(const CallShape *c, bool backward);
    /* For ops whose products with w[0] can be made in bfloat16, forwards and backwards: the room
     * that they then need (bf16_room_size). NULL: Call.room is never set. */
    size_t (*room)(const CallShape *c);
    bool backward_reads_x, backward_reads_y;
    bool writes_first_grad, passes_grad, grad_in_place;
    bool scalar; /* the result is one element for the whole batch */
} Op;

/* A call as it is recorded. */
typedef struct {
    const Op *op;
    int inputs;
    Value x[OP_MAX_INPUTS];
    Parameter w[OP_MAX_WEIGHTS];
    size_t rows, cols; /* of the result, per sample */
    size_t saved; /* elements per sample (or in all, for scalars) */
    size_t scratch; /* elements per thread */
    size_t size[OP_MAX_SIZES];
    real factor[OP_MAX_SIZES];
    const size_t *list; /* copied, list_count long */
    size_t list_count;
    const real *table; /* likewise */
    size_t table_count;
} Record;

Value graph_record(Graph *g, const Record *r);
/* v is not a value of this graph, or an error happened: the op must return NO_VALUE. */
bool graph_value_invalid(const Graph *g, Value v);

/* Operations of `times` products of [m, k] and [k, n]. */
static inline double op_matmul_flops(size_t times, size_t m, size_t n, size_t k) {
    return 2 * (double)times * (double)m * (double)n * (double)k;
}

#endif
