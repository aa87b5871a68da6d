/* ops.h: the differentiable operations. Values are [batch, rows, cols]; an op works on each sample
 * alike.
 *
 * Each op is one forward/backward pair beside its equation in the file named here. Recording ops
 * return the result's Value, or NO_VALUE after graph_fail. */
#ifndef LIB_NN_OPS_OPS_H
#define LIB_NN_OPS_OPS_H

#include "lib/nn/graph.h"
#include "lib/nn/kernels/attention.h"

/* --- linear.c --- */
/* y = x W^T + b;  W [out, in], b [out] or NO_PARAMETER */
Value op_linear(Graph *g, Value x, Parameter w, Parameter b);
/* y = r + x W^T + b: the same on top of r [rows, out] */
Value op_linear_add(Graph *g, Value r, Value x, Parameter w, Parameter b);
/* Outputs first .. first + count - 1 alone */
Value op_linear_outputs(Graph *g, Value x, Parameter w, Parameter b, size_t first, size_t count);

/* --- layer_norm.c --- */
/* y = (x - mean) / sqrt(var + 1e-5) * w + b, over the columns of each row */
Value op_layer_norm(Graph *g, Value x, Parameter w, Parameter b);

/* --- attention.c --- */
/* Full attention: q [rows, heads head_dim], kv [others, 2 heads head_dim] (k, v; heads outer) ->
 * [rows, heads head_dim], each head softmax(scale q k^T) v. Where all rows attend to all, q and
 * kv may be one value [rows, 3 heads head_dim] (q, k, v) */
Value op_attention(Graph *g, Value q, Value kv, size_t heads, size_t head_dim, double scale);
Value op_attention_window(Graph *g, Value q, Value kv, size_t heads, size_t head_dim, double scale,
                          AttentionWindow w);

/* --- lstm.c --- */
/* A layer of long short-term memory over the rows: z [T, 4 H] what comes from its input and bias,
 * state [1, 2 H] h and s before the first row (none: zeros), u [4 H, H] -> [T, 2 H], h and s of
 * each row. The gates of z and u: input, forget, candidate, output. */
Value op_lstm(Graph *g, Value z, Value state, Parameter u);

/* --- unfold.c --- */
/* Each of rows first .. first + count - 1 with kernel - 1 earlier ones at its left, `dilation`
 * apart, the oldest first: [count, kernel cols]. Rows before the first are zero, or with `edge`
 * the first. With op_linear and a weight [out, kernel, in] a causal convolution. */
typedef struct {
    size_t kernel, dilation;
    bool edge;
} Unfold;
Value op_unfold_rows(Graph *g, Value x, Unfold u, size_t first, size_t count);

/* --- group_norm.c --- */
/* y = (x - mean) / sqrt(var + 1e-6) * w + b; mean and var of each sample over all rows and the
 * columns of a group, cols / groups of them */
Value op_group_norm(Graph *g, Value x, Parameter w, Parameter b, size_t groups);

/* --- activation.c, gelu.c, softmax.c --- */
Value op_relu(Graph *g, Value x);
Value op_sigmoid(Graph *g, Value x);
Value op_tanh(Graph *g, Value x);
/* y = x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) */
Value op_gelu(Graph *g, Value x);
/* Over the columns of each row */
Value op_softmax(Graph *g, Value x);

/* --- arithmetic.c: a and b of one shape, element by element --- */
Value op_add(Graph *g, Value a, Value b);
Value op_subtract(Graph *g, Value a, Value b);
Value op_multiply(Graph *g, Value a, Value b);
Value op_scale(Graph *g, Value x, double factor);

/* --- position.c --- */
/* y[t] = x[t] + P[t];  P [at least rows, cols]: learned positions */
Value op_add_position(Graph *g, Value x, Parameter p);
/* y[t, j] = x[t, j] + sin a (j even) or cos a (j odd), a = (first + t + 1) / 10000^(2 [j/2] / cols)
 * (Vaswani et al. 2017, positions counted from 1) */
Value op_add_sinusoids(Graph *g, Value x, size_t first);
/* p [cols] in each of `rows` rows */
Value op_repeat_parameter(Graph *g, Parameter p, size_t rows);

/* --- normalise.c --- */
/* y = (x - mean) / std by column; mean, std [cols] are constants of the model */
Value op_normalise(Graph *g, Value x, Parameter mean, Parameter std);
/* y = x std + mean by column */
Value op_denormalise(Graph *g, Value x, Parameter mean, Parameter std);
/* y = x factor by column; factors [cols] are constants of the model */
Value op_scale_columns(Graph *g, Value x, Parameter factors);

/* --- columns.c --- */
/* y = x on the listed columns, 0 elsewhere */
Value op_mask_columns(Graph *g, Value x, const size_t *columns, size_t count);
Value op_slice_columns(Graph *g, Value x, size_t first, size_t count);
/* Side by side: values of as many rows; up to OP_MAX_INPUTS of them */
Value op_concat_columns(Graph *g, const Value *x, int count);
/* The same elements in rows of another length */
Value op_reshape(Graph *g, Value x, size_t rows, size_t cols);

/* --- gradient_flow.c --- */
/* Copies; no gradient passes */
Value op_stop_gradient(Graph *g, Value x);
/* Copies `forward`; the gradient goes to `backward`: straight-through estimation */
Value op_straight_through(Graph *g, Value forward, Value backward);

/* --- rows.c --- */
/* One after another in time: values of as many columns; up to OP_MAX_INPUTS of them */
Value op_concat_rows(Graph *g, const Value *x, int count);
Value op_slice_rows(Graph *g, Value x, size_t first, size_t count);
Value op_gather_rows(Graph *g, Value x, const size_t *rows, size_t count);
Value op_mean_rows(Graph *g, Value x);
Value op_repeat_row(Graph *g, Value x, size_t count); /* x [1, cols] */
/* x [n, cols] -> [count, cols]: row t lies at u = t (n-1) / (count-1) between its neighbours */
Value op_interpolate_rows(Graph *g, Value x, size_t count);
/* x [1, cols] -> [count, cols]: row j is (1 - j/fade) x for j < fade, else 0 */
Value op_fade_row(Graph *g, Value x, size_t count, size_t fade);
/* y = M x with a constant M [count, rows of x], row-major */
Value op_apply_row_matrix(Graph *g, Value x, const real *matrix, size_t count);

/* --- choose.c --- */
/* y[t] = a[t] where flag[t] is not 0, else b[t]; flag [rows, 1] gets no gradient */
Value op_choose_rows(Graph *g, Value a, Value b, Value flag);

/* --- likelihood.c --- */
/* Minus the log-likelihood of x under Gaussians of deviation e^-s, s = min(sharpness, most): mean
 * over rows of sum over columns of (x - mean)^2 e^(2 s) / 2 - s + log(2 pi) / 2; scalar */
Value op_gaussian_nll(Graph *g, Value mean, Value sharpness, Value x, double most);
/* mean + share e^-s noise; no gradient passes */
Value op_draw_gaussian(Graph *g, Value mean, Value sharpness, Value noise, double most,
                       double share);

/* --- classes.c: numbers as classes, which of `bins` bins between low and high [cols] --- */
enum { OP_MAX_CLASSES = 1024 };
/* Classes [rows, n] as whole numbers; no gradient passes */
Value op_quantise_columns(Graph *g, Value x, Parameter low, Parameter high, size_t bins);
/* classes [rows, n], table [bins, E] -> [rows, n E], the rows of the table side by side */
Value op_embed_classes(Graph *g, Value classes, Parameter table);
/* Mean over numbers of -log softmax(logits)[class]; logits [rows, n bins], a number's side by side;
 * scalar */
Value op_class_entropy(Graph *g, Value logits, Value classes, size_t bins);
/* sum over classes of softmax(logits) times the bin's centre, [rows, n]. With noise [rows, n],
 * where it is not 0: the centre of the class drawn by it, a standard normal random number. */
Value op_expected_number(Graph *g, Value logits, Value noise, Parameter low, Parameter high,
                         size_t bins);

/* --- smoothing.c --- */
/* x [3 + K]: three frames that are fixed and K that may move -> the K frames f that minimise
 *   sum |f - x[3..]|^2 + lambda sum |third difference of [x[0..2]; f]|^2        (Whittaker 1923)
 * which damps what is faster than the frequency w with lambda (2 sin(w/2))^6 = 1 (at 60 fps: 18 is
 * 6 Hz, 190 is 4 Hz). */
Value op_smooth_rows(Graph *g, Value x, double lambda);

/* --- codebook.c: one bank [genres, N, C] per genre; genre [1, 1] holds each sample's number --- */
/* Similarity of every row with every item: y = factor x B^T, [rows, N] */
Value op_bank_similarity(Graph *g, Value x, Parameter bank, Value genre, double factor);
/* Weighted average of the items: y = p B, p [rows, N] */
Value op_bank_read(Graph *g, Value p, Parameter bank, Value genre);
/* The item nearest to each row (eq. 6); gradient to that item only */
Value op_bank_nearest(Graph *g, Value x, Parameter bank, Value genre);

/* --- sample.c --- */
/* y = -log(1 + exp(-x)), below 0 */
Value op_log_sigmoid(Graph *g, Value x);
/* z = mean + exp(logvar / 2) eps: reparameterised sampling */
Value op_reparameterise(Graph *g, Value mean, Value logvar, Value eps);
/* Mean over all elements of (mean^2 + exp(logvar) - 1 - logvar) / 2: Kullback-Leibler divergence
 * from N(0, 1); scalar */
Value op_kl_divergence(Graph *g, Value mean, Value logvar);

/* --- loss.c: scalars --- */
/* Mean over all elements of (a - b)^2 */
Value op_mean_squared_error(Graph *g, Value a, Value b);
/* Mean over all elements of |a - b|; its derivative where a = b is 0 */
Value op_absolute_error(Graph *g, Value a, Value b);
/* sum_i weight_i x_i of up to OP_MAX_INPUTS scalars */
Value op_weighted_sum(Graph *g, const Value *x, const double *weights, int count);

#endif
