/* Scaled dot-product self-attention (Vaswani et al. 2017), every row attending to every row:
 *   S = scale Q K^T,  P = softmax(S),  O = P V                                for each sample and head
 * Backward recomputes P from the saved log-sum-exp of each row of S instead of keeping [rows, rows] per head:
 *   dV = P^T dO,  dP = dO V^T,  dS = P (dP - rowsum(dO O)),  dQ = scale dS K,  dK = scale dS^T Q */
#include <omp.h>

#include "matmul.h"
#include "ops.h"

typedef struct {
    size_t T, heads, dim, stride; /* stride: between rows of qkv */
    real scale;
} Shape;

static Shape shape_of(const Call *c) {
    return (Shape){c->rows, c->size[0], c->size[1], 3 * c->size[0] * c->size[1], c->factor[0]};
}

static real *my_scratch(const Call *c) { return c->scratch + (size_t)omp_get_thread_num() * c->scratch_per_thread; }

static void attention_forward(const Call *c) {
    Shape s = shape_of(c);
    size_t T = s.T, inner = s.heads * s.dim;
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t h = 0; h < s.heads; h++) {
            const real *q = c->x[0].data + b * T * s.stride + h * s.dim, *k = q + inner, *v = k + inner;
            real *o = c->y + b * T * inner + h * s.dim, *lse = c->saved + (b * s.heads + h) * T, *S = my_scratch(c);
            matmul_nt(T, T, s.dim, s.scale, q, s.stride, k, s.stride, 0, S, T);
            for (size_t i = 0; i < T; i++) {
                real *row = S + i * T, top = real_max(row, T), sum = 0;
#pragma omp simd reduction(+ : sum)
                for (size_t j = 0; j < T; j++) sum += row[j] = real_exp(row[j] - top);
                real inverse = 1 / sum;
                for (size_t j = 0; j < T; j++) row[j] *= inverse;
                lse[i] = top + (real)log((double)sum);
            }
            matmul(T, s.dim, T, 1, S, T, v, s.stride, 0, o, inner);
        }
}

static void attention_backward(const Call *c) {
    Shape s = shape_of(c);
    size_t T = s.T, inner = s.heads * s.dim;
    real old = c->x[0].fresh ? 0 : 1; /* how much of it stays in the gradients */
    if (!c->x[0].grad) return;
#pragma omp parallel for collapse(2) schedule(static)
    for (size_t b = 0; b < c->batch; b++)
        for (size_t h = 0; h < s.heads; h++) {
            size_t at = b * T * s.stride + h * s.dim;
            const real *q = c->x[0].data + at, *k = q + inner, *v = k + inner;
            const real *o = c->y + b * T * inner + h * s.dim, *dO = c->dy + b * T * inner + h * s.dim;
            const real *lse = c->saved + (b * s.heads + h) * T;
            real *dq = c->x[0].grad + at, *dk = dq + inner, *dv = dk + inner;
            real *P = my_scratch(c), *dP = P + T * T;
            matmul_nt(T, T, s.dim, s.scale, q, s.stride, k, s.stride, 0, P, T);
            for (size_t i = 0; i < T; i++)
                for (size_t j = 0; j < T; j++) P[i * T + j] = real_exp(P[i * T + j] - lse[i]);
            matmul_tn(T, s.dim, T, 1, P, T, dO, inner, old, dv, s.stride);
            matmul_nt(T, T, s.dim, 1, dO, inner, v, s.stride, 0, dP, T);
            for (size_t i = 0; i < T; i++) {
                real dot = 0;
                for (size_t d = 0; d < s.dim; d++) dot += dO[i * inner + d] * o[i * inner + d];
                for (size_t j = 0; j < T; j++) dP[i * T + j] = P[i * T + j] * (dP[i * T + j] - dot);
            }
            matmul(T, s.dim, T, s.scale, dP, T, k, s.stride, old, dq, s.stride);
            matmul_tn(T, s.dim, T, s.scale, dP, T, q, s.stride, old, dk, s.stride);
        }
}

Value attention(Graph *g, Value qkv, size_t heads, size_t head_dim, double scale) {
    static const Op op = {.name = "attention", .forward = attention_forward, .backward = attention_backward, .backward_reads_x = true,
                          .backward_reads_y = true, .sets_gradients = true};
    size_t T = graph_rows(g, qkv);
    if (graph_cols(g, qkv) != 3 * heads * head_dim) return graph_fail(g, "attention: qkv has another width than 3 heads head_dim");
    return graph_record(g, &(Record){.op = &op, .inputs = 1, .x = {qkv}, .w = {NO_PARAMETER, NO_PARAMETER}, .rows = T,
                                     .cols = heads * head_dim, .saved = heads * T, .scratch = 2 * T * T,
                                     .size = {heads, head_dim}, .factor = {(real)scale}});
}
