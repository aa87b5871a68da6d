/* The seam and the shake: frames that continue the past with as little jerk as they can. The
 * minimum is linear in x: (I + lambda D_f^T D_f) f = x_f - lambda D_f^T D_p x_p,   [D_p D_f] the
 * third differences, [K, 3 + K] */
#include <stdlib.h>

#include "lib/nn/ops/ops.h"

enum { TAIL = 3 };

/* Entry of the third-difference matrix: row t is x[t+3] - 3 x[t+2] + 3 x[t+1] - x[t]. */
static double third(size_t t, size_t k) {
    static const double stencil[4] = {-1, 3, -3, 1};
    return k >= t && k < t + 4 ? stencil[k - t] : 0;
}

/* Solves A X = B in place, A [n, n] symmetric positive definite, B [n, m] becomes X. */
static void solve(size_t n, size_t m, double *A, double *B) {
    for (size_t k = 0; k < n; k++)
        for (size_t i = k + 1; i < n; i++) {
            double f = A[i * n + k] / A[k * n + k];
            for (size_t j = k; j < n; j++) A[i * n + j] -= f * A[k * n + j];
            for (size_t j = 0; j < m; j++) B[i * m + j] -= f * B[k * m + j];
        }
    for (size_t i = n; i-- > 0;)
        for (size_t j = 0; j < m; j++) {
            for (size_t k = i + 1; k < n; k++) B[i * m + j] -= A[i * n + k] * B[k * m + j];
            B[i * m + j] /= A[i * n + i];
        }
}

Value op_smooth_rows(Graph *g, Value x, double lambda) {
    size_t total = graph_rows(g, x);
    if (total <= TAIL) return graph_fail(g, "smooth_rows: needs more than %d rows", TAIL);
    size_t K = total - TAIL;
    double *A = calloc(K * K, sizeof *A), *B = calloc(K * total, sizeof *B);
    real *M = malloc(K * total * sizeof *M);
    Value y = NO_VALUE;
    if (A && B && M) {
        for (size_t i = 0; i < K; i++)
            for (size_t k = 0; k < total; k++) {
                double sum = 0; /* (D^T D)[TAIL + i, k] */
                for (size_t t = 0; t < K; t++) sum += third(t, TAIL + i) * third(t, k);
                if (k >= TAIL) A[i * K + k - TAIL] = lambda * sum + (i == k - TAIL);
                B[i * total + k] = k < TAIL ? -lambda * sum : (i == k - TAIL);
            }
        solve(K, total, A, B);
        for (size_t i = 0; i < K * total; i++) M[i] = (real)B[i];
        y = op_apply_row_matrix(g, x, M, K);
    } else
        graph_fail(g, "out of memory");
    free(A);
    free(B);
    free(M);
    return y;
}
