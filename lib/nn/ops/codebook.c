/* Of a bank of latent codes B [genres, N, C] each sample uses its genre's part:
 * bank_similarity  y = f x B^T,                         dx = f dy B,    dB = f dy^T x
 * bank_read        y = p B,                             dp = dy B^T,    dB = p^T dy
 * bank_nearest     y = B[k], k = argmin |x - B[k]|,     dB[k] += dy      (eq. 6; first of equals)
 */
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/op.h"
#include "lib/nn/ops/ops.h"

static size_t genre_offset(const Call *c, size_t b) {
    return (size_t)c->x[1].data[b] * c->size[0] * c->size[1];
}

static Value record_bank(Graph *g, const Op *op, Value x, Parameter bank, Value genre, size_t cols,
                         double factor, size_t saved) {
    size_t N = graph_parameter_shape(g, bank, 1), C = graph_parameter_shape(g, bank, 2);
    return graph_record(g, &(Record){.op = op,
                                     .inputs = 2,
                                     .x = {x, genre},
                                     .w = {bank},
                                     .rows = graph_rows(g, x),
                                     .cols = cols,
                                     .size = {N, C},
                                     .factor = {(real)factor},
                                     .saved = saved});
}

/* One product forwards, one for each gradient backwards. */
static double product_flops(const CallShape *c, bool backward) {
    size_t products = backward ? (size_t)c->x[0].grad + c->dw[0] : 1;
    return op_matmul_flops(products * c->batch, c->rows, c->size[0], c->size[1]);
}

static void similarity_forward(const Call *c) {
    size_t N = c->size[0], C = c->size[1], R = c->rows;
#pragma omp parallel for schedule(static) if (c->batch > 1)
    for (size_t b = 0; b < c->batch; b++)
        matmul_nt(R, N, C, c->factor[0], c->x[0].data + b * R * C, C, c->w[0] + genre_offset(c, b),
                  C, 0, c->y + b * R * N, N);
}

static void similarity_backward(const Call *c) {
    size_t N = c->size[0], C = c->size[1], R = c->rows;
    if (c->x[0].grad) {
#pragma omp parallel for schedule(static) if (c->batch > 1)
        for (size_t b = 0; b < c->batch; b++)
            matmul(R, C, N, c->factor[0], c->dy + b * R * N, N, c->w[0] + genre_offset(c, b), C, 1,
                   c->x[0].grad + b * R * C, C);
    }
    for (size_t b = 0; c->dw[0] && b < c->batch; b++)
        matmul_tn(N, C, R, c->factor[0], c->dy + b * R * N, N, c->x[0].data + b * R * C, C, 1,
                  c->dw[0] + genre_offset(c, b), C);
}

Value op_bank_similarity(Graph *g, Value x, Parameter bank, Value genre, double factor) {
    static const Op op = {.name = "bank_similarity",
                          .forward = similarity_forward,
                          .backward = similarity_backward,
                          .flops = product_flops,
                          .backward_reads_x = true};
    return record_bank(g, &op, x, bank, genre, graph_parameter_shape(g, bank, 1), factor, 0);
}

static void read_forward(const Call *c) {
    size_t N = c->size[0], C = c->size[1], R = c->rows;
#pragma omp parallel for schedule(static) if (c->batch > 1)
    for (size_t b = 0; b < c->batch; b++)
        matmul(R, C, N, 1, c->x[0].data + b * R * N, N, c->w[0] + genre_offset(c, b), C, 0,
               c->y + b * R * C, C);
}

static void read_backward(const Call *c) {
    size_t N = c->size[0], C = c->size[1], R = c->rows;
    if (c->x[0].grad) {
#pragma omp parallel for schedule(static) if (c->batch > 1)
        for (size_t b = 0; b < c->batch; b++)
            matmul_nt(R, N, C, 1, c->dy + b * R * C, C, c->w[0] + genre_offset(c, b), C, 1,
                      c->x[0].grad + b * R * N, N);
    }
    for (size_t b = 0; c->dw[0] && b < c->batch; b++)
        matmul_tn(N, C, R, 1, c->x[0].data + b * R * N, N, c->dy + b * R * C, C, 1,
                  c->dw[0] + genre_offset(c, b), C);
}

Value op_bank_read(Graph *g, Value p, Parameter bank, Value genre) {
    static const Op op = {.name = "bank_read",
                          .forward = read_forward,
                          .backward = read_backward,
                          .flops = product_flops,
                          .backward_reads_x = true};
    return record_bank(g, &op, p, bank, genre, graph_parameter_shape(g, bank, 2), 1, 0);
}

static void nearest_forward(const Call *c) {
    const RowLoops *loops = loops_of_rows();
    size_t N = c->size[0], C = c->size[1];
#pragma omp parallel for schedule(static) if (c->batch * c->rows * N * C > WORTH_THREADS)
    for (size_t row = 0; row < c->batch * c->rows; row++) {
        const real *x = c->x[0].data + row * C, *B = c->w[0] + genre_offset(c, row / c->rows);
        size_t best = 0;
        real least = 0;
        for (size_t k = 0; k < N; k++) {
            real d = loops->square_distance(x, B + k * C, C);
            if (k == 0 || d < least) {
                best = k;
                least = d;
            }
        }
        c->saved[row] = (real)best;
        memcpy(c->y + row * C, B + best * C, C * sizeof *c->y);
    }
}

static void nearest_backward(const Call *c) {
    size_t C = c->size[1];
    for (size_t row = 0; c->dw[0] && row < c->batch * c->rows; row++) {
        real *dB = c->dw[0] + genre_offset(c, row / c->rows) + (size_t)c->saved[row] * C;
        for (size_t i = 0; i < C; i++) dB[i] += c->dy[row * C + i];
    }
}

/* A difference, a product and a sum for each number of each item; backwards a copy. */
static double nearest_flops(const CallShape *c, bool backward) {
    double numbers = (double)(c->batch * c->rows) * (double)c->size[0] * (double)c->size[1];
    return backward ? 0 : 3 * numbers;
}

Value op_bank_nearest(Graph *g, Value x, Parameter bank, Value genre) {
    static const Op op = {.name = "bank_nearest",
                          .forward = nearest_forward,
                          .backward = nearest_backward,
                          .flops = nearest_flops,
                          .backward_reads_x = true};
    return record_bank(g, &op, x, bank, genre, graph_cols(g, x), 1, graph_rows(g, x));
}
