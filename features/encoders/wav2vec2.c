/* wav2vec2.c: the network. Everything is [time, channel]: one tap of a strided convolution is then
 * a matrix product with rows `stride` frames apart. */
#include "features/encoders/wav2vec2.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_weights.h"
#include "lib/nn/kernels/matmul.h"

static const double conv_epsilon = 1e-5; /* torch's default: of the norms in the convolutions */
enum { QUERY_ROWS = 256 }; /* rows of attention scores in memory at a time */

typedef struct {
    const Wav2vec2 *m;
    Wav2vec2Stage *stage; /* may be NULL */
    void *context;
    Error *err;
} Run;

static void tell(const Run *r, const char *name, const float *x, size_t rows, size_t columns) {
    if (r->stage) r->stage(r->context, name, x, rows, columns);
}

/* rows * columns floats; NULL (and err) where memory is out. */
static float *room(const Run *r, size_t rows, size_t columns) {
    size_t bytes;
    float *x = NULL;
    if (!__builtin_mul_overflow(rows, columns, &bytes) &&
        !__builtin_mul_overflow(bytes, sizeof *x, &bytes))
        x = malloc(bytes);
    if (!x) error_set(r->err, "out of memory for %zu frames of sound", rows);
    return x;
}

/* --- elementwise --- */

/* x (1 + erf(x / sqrt(2))) / 2 */
static void gelu(float *x, size_t n) {
#pragma omp parallel for if (n > 10000)
    for (size_t i = 0; i < n; i++) x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));
}

/* Every row to mean 0 and variance 1, then the affine map; y may be x. */
static void layer_norm(const float *x, Affine a, double epsilon, size_t rows, size_t n, float *y) {
#pragma omp parallel for if (rows * n > 10000)
    for (size_t t = 0; t < rows; t++) {
        const float *from = x + t * n;
        float *to = y + t * n;
        double sum = 0, square = 0;
        for (size_t i = 0; i < n; i++) sum += from[i];
        double mean = sum / (double)n;
        for (size_t i = 0; i < n; i++) square += (from[i] - mean) * (from[i] - mean);
        double scale = 1 / sqrt(square / (double)n + epsilon);
        for (size_t i = 0; i < n; i++)
            to[i] = (float)((from[i] - mean) * scale) * a.weight[i] + a.bias[i];
    }
}

/* Every column over all rows: group norm with as many groups as channels. */
static void channel_norm(float *x, Affine a, size_t rows, size_t n) {
#pragma omp parallel for if (rows * n > 10000)
    for (size_t i = 0; i < n; i++) {
        double sum = 0, square = 0;
        for (size_t t = 0; t < rows; t++) sum += x[t * n + i];
        double mean = sum / (double)rows;
        for (size_t t = 0; t < rows; t++) square += (x[t * n + i] - mean) * (x[t * n + i] - mean);
        double scale = 1 / sqrt(square / (double)rows + conv_epsilon);
        for (size_t t = 0; t < rows; t++)
            x[t * n + i] = (float)((x[t * n + i] - mean) * scale) * a.weight[i] + a.bias[i];
    }
}

static void add(float *x, const float *y, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] += y[i];
}

static void linear(Affine a, const float *x, size_t rows, size_t in, size_t out, float *y) {
    matmul_nt_onto(rows, out, in, x, in, a.weight, in, a.bias, NULL, y, out);
}

void wav2vec2_normalise(const float *x, size_t n, float *y) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    double scale = 1 / sqrt(square / (double)n + 1e-7);
    for (size_t i = 0; i < n; i++) y[i] = (float)((x[i] - mean) * scale);
}

/* --- convolutions --- */

static size_t conv_rows(size_t rows, size_t kernel, size_t stride) {
    return rows < kernel ? 0 : (rows - kernel) / stride + 1;
}

size_t wav2vec2_frames(const Wav2vec2 *m, size_t samples) {
    const Wav2vec2Config *c = &m->config;
    for (size_t j = 0; j < c->convs; j++) samples = conv_rows(samples, c->kernel[j], c->stride[j]);
    return samples;
}

/* Convolution j of x [rows, in] with its norm and GELU -> y, owned; NULL on error. */
static float *conv(const Run *r, size_t j, const float *x, size_t rows) {
    const Wav2vec2Config *c = &r->m->config;
    const ConvWeights *w = &r->m->convs[j];
    size_t in = j ? c->dim[j - 1] : 1, n = c->dim[j],
           out = conv_rows(rows, c->kernel[j], c->stride[j]);
    float *y = room(r, out, n);
    if (!y) return NULL;
    for (size_t t = 0; t < out; t++)
        for (size_t i = 0; i < n; i++) y[t * n + i] = w->bias ? w->bias[i] : 0;
    for (size_t k = 0; k < c->kernel[j]; k++)
        matmul(out, n, in, 1, x + k * in, c->stride[j] * in, w->taps + k * in * n, n, 1, y, n);
    if (c->norm_every_conv)
        layer_norm(y, w->norm, conv_epsilon, out, n, y);
    else if (j == 0)
        channel_norm(y, w->norm, out, n);
    gelu(y, out * n);
    char name[40];
    snprintf(name, sizeof name, "conv_%zu", j);
    tell(r, name, y, out, n);
    return y;
}

/* All convolutions of samples [count] -> [frames, dim], owned; NULL on error. */
static float *convolve(const Run *r, const float *samples, size_t count) {
    const Wav2vec2Config *c = &r->m->config;
    size_t rows = count;
    float *x = room(r, count, 1);
    if (!x) return NULL;
    memcpy(x, samples, count * sizeof *x);
    tell(r, "input_values", x, 1, count);
    for (size_t j = 0; j < c->convs && x; j++) {
        float *y = conv(r, j, x, rows);
        rows = conv_rows(rows, c->kernel[j], c->stride[j]);
        free(x);
        x = y;
    }
    return x;
}

/* x += gelu(grouped convolution of x over time, zeros outside). An even kernel would give one frame
 * more, which is dropped. */
static int add_position(const Run *r, float *x, size_t frames) {
    const Wav2vec2Config *c = &r->m->config;
    size_t n = c->width, kernel = c->position_kernel, pad = kernel / 2,
           group = n / c->position_groups;
    float *padded = room(r, frames + 2 * pad, n), *y = room(r, frames, n);
    if (padded && y) {
        memset(padded, 0, pad * n * sizeof *padded);
        memcpy(padded + pad * n, x, frames * n * sizeof *x);
        memset(padded + (pad + frames) * n, 0, pad * n * sizeof *padded);
        for (size_t t = 0; t < frames; t++) memcpy(y + t * n, r->m->position_bias, n * sizeof *y);
        for (size_t g = 0; g < c->position_groups; g++)
            for (size_t k = 0; k < kernel; k++)
                matmul(frames, group, group, 1, padded + k * n + g * group, n,
                       r->m->position_taps + (g * kernel + k) * group * group, group, 1,
                       y + g * group, n);
        gelu(y, frames * n);
        tell(r, "pos_conv", y, frames, n);
        add(x, y, frames * n);
    }
    int status = padded && y ? 0 : -1;
    free(padded);
    free(y);
    return status;
}

/* --- transformer --- */

/* What a layer needs besides its input, [frames, ...]. */
typedef struct {
    float *normed, *query, *key, *value, *mixed, *given, *inner, *scores;
} Space;

static void softmax(float *x, size_t rows, size_t n) {
#pragma omp parallel for if (rows * n > 10000)
    for (size_t t = 0; t < rows; t++) {
        float *row = x + t * n, most = row[0];
        double sum = 0;
        for (size_t i = 1; i < n; i++) most = row[i] > most ? row[i] : most;
        for (size_t i = 0; i < n; i++) sum += row[i] = expf(row[i] - most);
        float scale = (float)(1 / sum);
        for (size_t i = 0; i < n; i++) row[i] *= scale;
    }
}

/* Attention of x [frames, width] over itself -> s->given. */
static void attend(const Wav2vec2 *m, const LayerWeights *w, const float *x, size_t frames,
                   Space *s) {
    size_t n = m->config.width, head = n / m->config.heads;
    linear(w->query, x, frames, n, n, s->query);
    linear(w->key, x, frames, n, n, s->key);
    linear(w->value, x, frames, n, n, s->value);
    float scale = 1 / sqrtf((float)head);
    for (size_t at = 0; at < n; at += head)
        for (size_t t = 0; t < frames; t += QUERY_ROWS) {
            size_t rows = frames - t < QUERY_ROWS ? frames - t : QUERY_ROWS;
            matmul_nt(rows, frames, head, scale, s->query + t * n + at, n, s->key + at, n, 0,
                      s->scores, frames);
            softmax(s->scores, rows, frames);
            matmul(rows, head, frames, 1, s->scores, frames, s->value + at, n, 0,
                   s->mixed + t * n + at, n);
        }
    linear(w->out, s->mixed, frames, n, n, s->given);
}

static void feed_forward(const Wav2vec2 *m, const LayerWeights *w, const float *x, size_t frames,
                         Space *s) {
    size_t n = m->config.width, inner = m->config.inner;
    linear(w->up, x, frames, n, inner, s->inner);
    gelu(s->inner, frames * inner);
    linear(w->down, s->inner, frames, inner, n, s->given);
}

/* Layer i of x -> y, both [frames, width]. */
static void layer(const Run *r, size_t i, const float *x, size_t frames, Space *s, float *y) {
    const Wav2vec2 *m = r->m;
    const LayerWeights *w = &m->layers[i];
    const bool first = m->config.pre_norm;
    size_t n = m->config.width;
    double epsilon = m->config.epsilon;
    const float *in = x;
    if (first) {
        layer_norm(x, w->attention_norm, epsilon, frames, n, s->normed);
        in = s->normed;
    }
    attend(m, w, in, frames, s);
    if (i == 0) tell(r, "layer_0_attention", s->given, frames, n);
    memcpy(y, x, frames * n * sizeof *y);
    add(y, s->given, frames * n);
    if (!first) layer_norm(y, w->attention_norm, epsilon, frames, n, y);
    in = y;
    if (first) {
        layer_norm(y, w->final_norm, epsilon, frames, n, s->normed);
        in = s->normed;
    }
    feed_forward(m, w, in, frames, s);
    if (i == 0) tell(r, "layer_0_feed_forward", s->given, frames, n);
    add(y, s->given, frames * n);
    if (!first) layer_norm(y, w->final_norm, epsilon, frames, n, y);
}

static int transform(const Run *r, float *hidden, size_t frames) {
    const Wav2vec2Config *c = &r->m->config;
    size_t n = c->width, size = frames * n;
    Space s = {.normed = room(r, frames, n),
               .query = room(r, frames, n),
               .key = room(r, frames, n),
               .value = room(r, frames, n),
               .mixed = room(r, frames, n),
               .given = room(r, frames, n),
               .inner = room(r, frames, c->inner),
               .scores = room(r, frames, QUERY_ROWS)};
    float *const all[] = {s.normed, s.query, s.key, s.value, s.mixed, s.given, s.inner, s.scores};
    int status = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!all[i]) status = -1;
    if (status == 0) {
        if (!c->pre_norm) layer_norm(hidden, r->m->encoder_norm, c->epsilon, frames, n, hidden);
        for (size_t i = 0; i < c->layers; i++)
            layer(r, i, hidden + i * size, frames, &s, hidden + (i + 1) * size);
        float *last = hidden + c->layers * size;
        if (c->pre_norm) layer_norm(last, r->m->encoder_norm, c->epsilon, frames, n, last);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    return status;
}

int wav2vec2_run(const Wav2vec2 *m, const float *samples, size_t count, float *hidden,
                 Wav2vec2Stage *stage, void *context, Error *err) {
    const Run r = {m, stage, context, err};
    const Wav2vec2Config *c = &m->config;
    size_t frames = wav2vec2_frames(m, count), dim = c->dim[c->convs - 1];
    if (frames == 0) return error_set(err, "%zu samples are too few for one frame", count);
    float *x = convolve(&r, samples, count);
    if (!x) return -1;
    if (c->projection_norm) layer_norm(x, m->features_norm, c->epsilon, frames, dim, x);
    tell(&r, "features_normed", x, frames, dim);
    linear(m->projection, x, frames, dim, c->width, hidden);
    free(x);
    tell(&r, "projected", hidden, frames, c->width);
    return add_position(&r, hidden, frames) ? -1 : transform(&r, hidden, frames);
}
