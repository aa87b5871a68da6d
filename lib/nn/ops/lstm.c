/* Long short-term memory (Hochreiter and Schmidhuber 1997; Gers et al. 2000), a whole sequence in
 * one node:
 *   a[t] = z[t] + U h[t-1],  i, f, g, o = sigmoid a_0, sigmoid a_1, tanh a_2, sigmoid a_3
 *   s[t] = f s[t-1] + i g,   h[t] = o tanh s[t]
 * Backwards from the last row, with dh and ds what comes from dy and from the row after:
 *   ds += dh o (1 - tanh^2 s),  do = dh tanh s,  di = ds g,  df = ds s[t-1],  dg = ds i
 *   da = those through sigmoid and tanh,  dz = da,  dh[t-1] = U^T da,  ds[t-1] = ds f
 *   dU = sum over rows of da h[t-1]^T
 * The products run over the batch: [batch, H] with U once for each row. Backward overwrites the
 * saved gates with da. */
#include "lib/base/threads.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static size_t width(const Call *c) { return c->cols / 2; }
static const Operand *state(const Call *c) { return c->inputs > 1 ? &c->x[1] : NULL; }

/* h and s before row t: where those of the first sample begin, and how far samples are apart. */
typedef struct {
    const real *at; /* NULL: zeros */
    size_t stride;
} Before;

static Before before(const Call *c, size_t t) {
    if (t > 0) return (Before){c->y + (t - 1) * c->cols, c->rows * c->cols};
    return (Before){state(c) ? state(c)->data : NULL, c->cols};
}

static void lstm_forward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t H = width(c), T = c->rows, stride = T * 4 * H;
    for (size_t t = 0; t < T; t++) {
        const Before old = before(c, t);
        const real *z = c->x[0].data + t * 4 * H;
        real *gates = c->saved + t * 4 * H;
        if (old.at)
            matmul_nt_onto(c->batch, 4 * H, H, old.at, old.stride, c->w[0], H, NULL, z, gates,
                           stride);
#pragma omp parallel for schedule(static) if (c->batch * 4 * H > WORTH_THREADS)
        for (size_t b = 0; b < c->batch; b++) {
            if (!old.at) memcpy(gates + b * stride, z + b * stride, 4 * H * sizeof *gates);
            loops->open_gates(gates + b * stride, old.at ? old.at + b * old.stride + H : NULL,
                              c->y + (b * T + t) * 2 * H, H);
        }
    }
}

static void store(const Operand *x, size_t n, const real *from) {
    const ElementLoops *loops = loops_of_elements();
#pragma omp parallel if (n > WORTH_THREADS)
    {
        Part p = threads_part(n, VECTOR);
        loops->give(1, from + p.first, x->grad + p.first, p.count, x->first_grad);
    }
}

static void lstm_backward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t H = width(c), T = c->rows, B = c->batch, stride = T * 4 * H;
    real *da = c->saved, *dh = da + B * stride, *ds = dh + B * H; /* of the row before */
    memset(dh, 0, 2 * B * H * sizeof *dh);
    for (size_t t = T; t-- > 0;) {
        const Before old = before(c, t);
#pragma omp parallel for schedule(static) if (B * 4 * H > WORTH_THREADS)
        for (size_t b = 0; b < B; b++)
            loops->close_gates(da + b * stride + t * 4 * H,
                               old.at ? old.at + b * old.stride + H : NULL,
                               c->y + (b * T + t) * 2 * H + H, c->dy + (b * T + t) * 2 * H,
                               dh + b * H, ds + b * H, H);
        if (t > 0 || (state(c) && state(c)->grad))
            matmul(B, H, 4 * H, 1, da + t * 4 * H, stride, c->w[0], H, 0, dh, H);
        if (c->dw[0] && old.at)
            matmul_tn(4 * H, H, B, 1, da + t * 4 * H, stride, old.at, old.stride, 1, c->dw[0], H);
    }
    if (c->x[0].grad) store(&c->x[0], B * stride, da);
    if (!state(c) || !state(c)->grad) return;
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < H; k++) {
            real *to = state(c)->grad + b * 2 * H + k;
            real_store_or_add(to, dh[b * H + k], state(c)->first_grad);
            real_store_or_add(to + H, ds[b * H + k], state(c)->first_grad);
        }
}

/* Forwards one product for each row that has one before it; backwards one for dh, one for dU. */
static double lstm_flops(const CallShape *c, bool backward) {
    size_t H = c->cols / 2, rows = c->inputs > 1 ? c->rows : c->rows - 1;
    size_t products = backward ? 1 + (size_t)c->dw[0] : 1;
    return op_matmul_flops(products * rows, c->batch, 4 * H, H);
}

Value op_lstm(Graph *g, Value z, Value old, Parameter u) {
    static const Op op = {.name = "lstm",
                          .forward = lstm_forward,
                          .backward = lstm_backward,
                          .flops = lstm_flops,
                          .backward_reads_x = true,
                          .backward_reads_y = true,
                          .writes_first_grad = true};
    size_t H = graph_cols(g, z) / 4, T = graph_rows(g, z);
    bool fits = graph_cols(g, z) == 4 * H && graph_parameter_shape(g, u, 0) == 4 * H &&
                graph_parameter_shape(g, u, 1) == H;
    if (value_exists(old)) fits = fits && graph_rows(g, old) == 1 && graph_cols(g, old) == 2 * H;
    if (!fits) return graph_fail(g, "lstm: four gates of one width, and a state of two");
    return graph_record(g, &(Record){.op = &op,
                                     .inputs = value_exists(old) ? 2 : 1,
                                     .x = {z, old},
                                     .w = {u},
                                     .rows = T,
                                     .cols = 2 * H,
                                     .saved = T * 4 * H + 2 * H});
}
