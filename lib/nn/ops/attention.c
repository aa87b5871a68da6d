/* Scaled dot-product attention (Vaswani et al. 2017), every row of Q attending to every row of K
 * and V, or to those that a window shows it; for each sample and head
 *   S = scale Q K^T,  P = softmax(S),  O = P V
 * where S is -inf outside the window.
 * Backward computes P a second time from the saved log-sum-exp of each row of S instead of keeping
 * it for each head:
 *   dV = P^T dO,  dP = dO V^T,  dS = P (dP - rowsum(dO O)),  dQ = scale dS K,  dK = scale dS^T Q */
#include <omp.h>

#include "lib/nn/kernels/attention.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

/* Queries are the first columns of one operand, keys and values the last ones of the other; both
 * may be the same. */
typedef struct {
    size_t R, T, heads, dim, inner; /* rows of queries, of keys */
    size_t q_stride, kv_stride; /* between rows */
    real scale;
    bool masked;
    AttentionWindow window;
} Shape;

static Shape shape_of(const Call *c) {
    size_t heads = c->size[0], dim = c->size[1];
    return (Shape){
        c->rows,      c->x[1].rows, heads,        dim,        heads * dim,
        c->x[0].cols, c->x[1].cols, c->factor[0], c->size[2], {c->size[3], c->size[4], c->size[5]}};
}

/* Of sample b and head h: where its queries, keys and values begin. */
static size_t q_at(const Shape *s, size_t b, size_t h) {
    return b * s->R * s->q_stride + h * s->dim;
}
static size_t k_at(const Shape *s, size_t b, size_t h) {
    return b * s->T * s->kv_stride + s->kv_stride - 2 * s->inner + h * s->dim;
}
static size_t v_at(const Shape *s, size_t b, size_t h) { return k_at(s, b, h) + s->inner; }

static real *my_scratch(const Call *c) {
    return c->scratch + (size_t)omp_get_thread_num() * c->scratch_per_thread;
}

static void attention_forward(const Call *c) {
    Shape s = shape_of(c);
#pragma omp parallel for collapse(2) schedule(dynamic)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t h = 0; h < s.heads; h++) {
            const AttentionHead head = {.rows = s.R,
                                        .keys = s.T,
                                        .dim = s.dim,
                                        .q = c->x[0].data + q_at(&s, b, h),
                                        .k = c->x[1].data + k_at(&s, b, h),
                                        .v = c->x[1].data + v_at(&s, b, h),
                                        .o = c->y + b * s.R * s.inner + h * s.dim,
                                        .q_stride = s.q_stride,
                                        .kv_stride = s.kv_stride,
                                        .o_stride = s.inner,
                                        .scale = s.scale,
                                        .lse = c->saved + (b * s.heads + h) * s.R,
                                        .window = s.masked ? &s.window : NULL};
            attention_head(&head, my_scratch(c));
        }
}

/* P of a head, from the log-sum-exp of its rows. */
static void probabilities(const Shape *s, const real *q, const real *k, const real *lse, real *P) {
    const RowLoops *loops = loops_of_rows();
    size_t L = attention_row(s->T);
    matmul_nt(s->R, s->T, s->dim, s->scale, q, s->q_stride, k, s->kv_stride, 0, P, L);
    for (size_t i = 0; i < s->R; i++) {
        attention_hide(s->masked ? &s->window : NULL, s->R, s->T, i, P + i * L);
        loops->exponentials(P + i * L, L, lse[i]);
    }
}

/* dP becomes dS, without the scale. */
static void through_softmax(const Shape *s, const real *o, const real *dO, const real *P,
                            real *dP) {
    const RowLoops *loops = loops_of_rows();
    size_t L = attention_row(s->T), inner = s->inner;
    for (size_t i = 0; i < s->R; i++) {
        for (size_t j = s->T; j < L; j++) dP[i * L + j] = 0;
        loops->through_softmax(P + i * L, dP + i * L, L,
                               loops->dot(dO + i * inner, o + i * inner, s->dim));
    }
}

static void attention_backward(const Call *c) {
    Shape s = shape_of(c);
    size_t R = s.R, T = s.T, L = attention_row(T), inner = s.inner;
    real *q_grad = c->x[0].grad, *kv_grad = c->x[1].grad;
    bool one = q_grad == kv_grad; /* one operand, whose gradient is first written once */
    real old_q = c->x[0].first_grad ? 0 : 1,
         old_kv = c->x[one ? 0 : 1].first_grad ? 0 : 1; /* how much of it stays in the gradients */
    if (!q_grad && !kv_grad) return;
#pragma omp parallel for collapse(2) schedule(dynamic)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t h = 0; h < s.heads; h++) {
            const real *q = c->x[0].data + q_at(&s, b, h), *k = c->x[1].data + k_at(&s, b, h),
                       *v = c->x[1].data + v_at(&s, b, h);
            const real *o = c->y + b * R * inner + h * s.dim,
                       *dO = c->dy + b * R * inner + h * s.dim;
            real *P = my_scratch(c), *dP = P + R * L;
            probabilities(&s, q, k, c->saved + (b * s.heads + h) * R, P);
            if (kv_grad)
                matmul_tn(T, s.dim, R, 1, P, L, dO, inner, old_kv, kv_grad + v_at(&s, b, h),
                          s.kv_stride);
            matmul_nt(R, T, s.dim, 1, dO, inner, v, s.kv_stride, 0, dP, L);
            through_softmax(&s, o, dO, P, dP);
            if (q_grad)
                matmul(R, s.dim, T, s.scale, dP, L, k, s.kv_stride, old_q, q_grad + q_at(&s, b, h),
                       s.q_stride);
            if (kv_grad)
                matmul_tn(T, s.dim, R, s.scale, dP, L, q, s.q_stride, old_kv,
                          kv_grad + k_at(&s, b, h), s.kv_stride);
        }
}

/* Forwards S and O; backwards S a second time and dP, with dQ, with dK and dV. */
static double attention_flops(const CallShape *c, bool backward) {
    size_t gradients = (c->x[0].grad ? 1u : 0u) + (c->x[1].grad ? 2u : 0u);
    size_t products = backward ? 2 + gradients : 2, heads = c->size[0], dim = c->size[1];
    return op_matmul_flops(products * c->batch * heads, c->rows, c->x[1].rows, dim);
}

static Value record_attention(Graph *g, Value q, Value kv, const Record *sizes) {
    static const Op op = {.name = "attention",
                          .forward = attention_forward,
                          .backward = attention_backward,
                          .flops = attention_flops,
                          .backward_reads_x = true,
                          .backward_reads_y = true,
                          .writes_first_grad = true};
    size_t R = graph_rows(g, q), T = graph_rows(g, kv), heads = sizes->size[0];
    size_t inner = heads * sizes->size[1];
    if (value_same(q, kv) ? graph_cols(g, q) != 3 * inner
                          : graph_cols(g, q) != inner || graph_cols(g, kv) != 2 * inner)
        return graph_fail(
            g, "attention: widths other than heads head_dim for each of queries, keys and values");
    if (sizes->size[2] && R > T) return graph_fail(g, "attention: more queries than keys");
    Record r = *sizes;
    r.op = &op;
    r.inputs = 2;
    r.x[0] = q;
    r.x[1] = kv;
    r.rows = R;
    r.cols = inner;
    r.saved = heads * R;
    r.scratch = 2 * R * attention_row(T); /* S and dP backwards; forwards a block of S */
    return graph_record(g, &r);
}

Value op_attention(Graph *g, Value q, Value kv, size_t heads, size_t head_dim, double scale) {
    return record_attention(g, q, kv,
                            &(Record){.size = {heads, head_dim}, .factor = {(real)scale}});
}

Value op_attention_window(Graph *g, Value q, Value kv, size_t heads, size_t head_dim, double scale,
                          AttentionWindow w) {
    return record_attention(g, q, kv,
                            &(Record){.size = {heads, head_dim, 1, w.prefix, w.before, w.after},
                                      .factor = {(real)scale}});
}
