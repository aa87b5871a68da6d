/* linear, linear_outputs  y = x W^T + b,      dx = dy W,  dW = dy^T x,  db = sum over rows of dy
 * linear_add              y = r + x W^T + b,  dr = dy as well
 * linear_outputs takes some rows of W and b: those of its outputs. The three products can be made
 * in bfloat16; sums over rows and r stay in float. */
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/ops/elementwise.h"

static size_t first_output(const Call *c) { return c->size[0]; }

/* r, where there is one, comes before x. */
static const Operand *input(const Call *c) { return &c->x[c->inputs - 1]; }
static const real *onto(const Call *c) { return c->inputs > 1 ? c->x[0].data : NULL; }

static void linear_forward(const Call *c) {
    size_t n = c->batch * c->rows, in = input(c)->cols, out = c->cols, first = first_output(c);
    const real *b = c->w[1] ? c->w[1] + first : NULL;
    if (c->rounded) {
        bf16_product(&c->rounded->matrices[c->w0], first, out, n, input(c)->data, b, onto(c),
                     c->rounded->input, c->y);
        return;
    }
    if (c->room) {
        bf16_matmul(c->room->kernel,
                    &(Bf16Product){.tb = true,
                                   .m = n,
                                   .n = out,
                                   .k = in,
                                   .a = input(c)->data,
                                   .b = c->w[0] + first * in,
                                   .bias = b,
                                   .d = onto(c),
                                   .c = c->y},
                    c->room->data);
        return;
    }
    matmul_nt_onto(n, out, in, input(c)->data, in, c->w[0] + first * in, in, b, onto(c), c->y, out);
}

/* dx = dy W and dW += dy^T x. */
static void backward_products(const Call *c) {
    const Operand *x = input(c);
    size_t n = c->batch * c->rows, in = x->cols, out = c->cols, first = first_output(c);
    if (x->grad)
        matmul(n, in, out, 1, c->dy, out, c->w[0] + first * in, in, x->first_grad ? 0 : 1, x->grad,
               in);
    if (c->dw[0]) matmul_tn(out, in, n, 1, c->dy, out, x->data, in, 1, c->dw[0] + first * in, in);
}

static void backward_products_in_bf16(const Call *c) {
    const Operand *x = input(c);
    size_t n = c->batch * c->rows, in = x->cols, out = c->cols, first = first_output(c);
    const Bf16Product dx = {.m = n,
                            .n = in,
                            .k = out,
                            .a = c->dy,
                            .b = c->w[0] + first * in,
                            .d = x->first_grad ? NULL : x->grad,
                            .c = x->grad};
    real *dw = c->dw[0] ? c->dw[0] + first * in : NULL;
    const Bf16Product weights = {
        .ta = true, .m = out, .n = in, .k = n, .a = c->dy, .b = x->data, .d = dw, .c = dw};
    if (x->grad) bf16_matmul(c->room->kernel, &dx, c->room->data);
    if (dw) bf16_matmul(c->room->kernel, &weights, c->room->data);
}

static void add_column_sums(size_t n, size_t cols, const real *dy, real *db) {
    enum { BLOCK = 64 };
    const ElementLoops *loops = loops_of_elements();
#pragma omp parallel for schedule(static) if (n * cols > WORTH_THREADS)
    for (size_t first = 0; first < cols; first += BLOCK) {
        size_t width = cols - first < BLOCK ? cols - first : BLOCK;
        loops->add_rows(dy + first, n, cols, db + first, width);
    }
}

static void linear_backward(const Call *c) {
    if (c->inputs > 1)
        op_accumulate_grad(c, 0,
                           1); /* before x's: of a value that is both, this is the first write */
    if (c->room)
        backward_products_in_bf16(c);
    else
        backward_products(c);
    if (c->dw[1]) add_column_sums(c->batch * c->rows, c->cols, c->dy, c->dw[1] + first_output(c));
}

static double linear_flops(const CallShape *c, bool backward) {
    size_t in = c->x[c->inputs - 1].cols;
    size_t products = backward ? (size_t)c->x[c->inputs - 1].grad + c->dw[0] : 1;
    return op_matmul_flops(products, c->batch * c->rows, c->cols, in);
}

static size_t linear_room(const CallShape *c) {
    size_t n = c->batch * c->rows, in = c->x[c->inputs - 1].cols, out = c->cols;
    size_t y = bf16_room_size(n, out, in), dx = bf16_room_size(n, in, out),
           dw = bf16_room_size(out, in, n), most = y > dx ? y : dx;
    return most > dw ? most : dw;
}

Value op_linear_outputs(Graph *g, Value x, Parameter w, Parameter b, size_t first, size_t count) {
    static const Op op = {.name = "linear",
                          .forward = linear_forward,
                          .backward = linear_backward,
                          .flops = linear_flops,
                          .room = linear_room,
                          .backward_reads_x = true,
                          .writes_first_grad = true};
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 1,
                                     .x = {x},
                                     .w = {w, b},
                                     .rows = graph_rows(g, x),
                                     .cols = count,
                                     .size = {first}});
}

Value op_linear_add(Graph *g, Value r, Value x, Parameter w, Parameter b) {
    static const Op op = {.name = "linear_add",
                          .forward = linear_forward,
                          .backward = linear_backward,
                          .flops = linear_flops,
                          .room = linear_room,
                          .backward_reads_x = true,
                          .writes_first_grad = true,
                          .passes_grad = true};
    size_t out = graph_parameter_shape(g, w, 0);
    if (graph_rows(g, r) != graph_rows(g, x) || graph_cols(g, r) != out)
        return graph_fail(g, "linear_add: operands of different shapes");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = 2,
                                     .x = {r, x},
                                     .w = {w, b},
                                     .rows = graph_rows(g, x),
                                     .cols = out});
}

Value op_linear(Graph *g, Value x, Parameter w, Parameter b) {
    return op_linear_outputs(g, x, w, b, 0, graph_parameter_shape(g, w, 0));
}
