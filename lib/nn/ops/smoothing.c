/* The frames f that continue the past x_p with as little jerk as they can, and stay near x_f, are
 * linear in x:
 *   (I + lambda D_f^T D_f) f = x_f - lambda D_f^T D_p x_p
 * with the third differences [D_p D_f], [K, 3 + K] (Whittaker 1923) */
#include <stdlib.h>

#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

enum { TAIL = 3 };

/* Entry of the third-difference matrix: row t is x[t+3] - 3 x[t+2] + 3 x[t+1] - x[t]. */
static double third(size_t t, size_t k) {
    static const double stencil[4] = {-1, 3, -3, 1};
    return k >= t && k < t + 4 ? stencil[k - t] : 0;
}

/* (D^T D)[TAIL + i, k] of the K rows of D. */
static double square(size_t K, size_t i, size_t k) {
    double sum = 0;
    for (size_t t = i; t <= i + TAIL && t < K; t++) sum += third(t, TAIL + i) * third(t, k);
    return sum;
}

/* A square matrix that is zero further than REACH from its diagonal. */
enum { REACH = 3 };

typedef struct {
    size_t n;
    double (*rows)[2 * REACH + 1];
} Band;

static double *entry(const Band *A, size_t i, size_t j) { return &A->rows[i][REACH + j - i]; }

/* The row after the last one that reaches row (or column) i. */
static size_t reach_end(const Band *A, size_t i) { return i + REACH < A->n ? i + REACH + 1 : A->n; }

/* Solves A X = B in place by elimination, A symmetric positive definite, B [n, m] becomes X. */
static void solve(const Band *A, size_t m, double *B) {
    for (size_t k = 0; k < A->n; k++)
        for (size_t i = k + 1; i < reach_end(A, k); i++) {
            double f = *entry(A, i, k) / *entry(A, k, k);
            for (size_t j = k; j < reach_end(A, k); j++) *entry(A, i, j) -= f * *entry(A, k, j);
            for (size_t j = 0; j < m; j++) B[i * m + j] -= f * B[k * m + j];
        }
    for (size_t i = A->n; i-- > 0;)
        for (size_t j = 0; j < m; j++) {
            for (size_t k = i + 1; k < reach_end(A, i); k++)
                B[i * m + j] -= *entry(A, i, k) * B[k * m + j];
            B[i * m + j] /= *entry(A, i, i);
        }
}

/* A and B, such that f = A^-1 B x. */
static void equations(size_t K, double lambda, const Band *A, double *B) {
    size_t total = TAIL + K;
    for (size_t i = 0; i < K; i++) {
        for (size_t k = 0; k < TAIL; k++) B[i * total + k] = -lambda * square(K, i, k);
        B[i * total + TAIL + i] = 1;
        for (size_t k = i < REACH ? 0 : i - REACH; k < reach_end(A, i); k++)
            *entry(A, i, k) = lambda * square(K, i, TAIL + k) + (i == k);
    }
}

Value op_smooth_rows(Graph *g, Value x, double lambda) {
    size_t total = graph_rows(g, x);
    if (total <= TAIL) return graph_fail(g, "smooth_rows: needs more than %d rows", TAIL);
    size_t K = total - TAIL;
    Band A = {K, calloc(K, sizeof *A.rows)};
    double *B = calloc(K * total, sizeof *B);
    real *M = malloc(K * total * sizeof *M);
    Value y = NO_VALUE;
    if (A.rows && B && M) {
        equations(K, lambda, &A, B);
        solve(&A, total, B);
        for (size_t i = 0; i < K * total; i++) M[i] = (real)B[i];
        y = op_apply_row_matrix(g, x, M, K);
    } else
        graph_fail(g, "out of memory");
    free(A.rows);
    free(B);
    free(M);
    return y;
}
