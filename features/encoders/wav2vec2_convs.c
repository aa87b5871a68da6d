/* wav2vec2_convs.c: the convolutions over the samples, in tiles of time. A tile's frames need few
 * samples more than their own, so that a tile passes all layers while it is in a cache, and nothing
 * of a song's length is ever stored but the last layer. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_convs.h"
#include "features/encoders/wav2vec2_first.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

enum {
    TILE_FRAMES = 128, /* of the last layer */
    FIRST_ROWS = WAV2VEC2_FIRST_ROWS
};

static size_t conv_rows(size_t rows, size_t kernel, size_t stride) {
    return rows < kernel ? 0 : (rows - kernel) / stride + 1;
}

size_t wav2vec2_frames(const Wav2vec2 *m, size_t samples) {
    const Wav2vec2Config *c = &m->config;
    for (size_t j = 0; j < c->convs; j++) samples = conv_rows(samples, c->kernel[j], c->stride[j]);
    return samples;
}

/* --- the first layer --- */

/* Its weights with what follows it folded in. */
struct Wav2vec2First {
    float *taps; /* [kernel, n]; owned, shift behind them */
    float *shift; /* [n] */
};

/* Means and covariances of what the taps see, over all rows. */
static void measure_windows(const float *x, size_t rows, size_t kernel, size_t stride, double *mean,
                            double *covariance) {
    for (size_t j = 0; j < kernel; j++) {
        double sum = 0;
        for (size_t t = 0; t < rows; t++) sum += x[t * stride + j];
        mean[j] = sum / (double)rows;
    }
    for (size_t j = 0; j < kernel; j++)
        for (size_t i = 0; i <= j; i++) {
            double sum = 0;
            for (size_t t = 0; t < rows; t++)
                sum += (x[t * stride + j] - mean[j]) * (x[t * stride + i] - mean[i]);
            covariance[j * kernel + i] = covariance[i * kernel + j] = sum / (double)rows;
        }
}

/* Group norm with as many groups as channels: a channel's mean and variance over time follow from
 * those of the samples, w'm and w'Cw, so that the layer need not be computed to be normed. */
static int fold_group_norm(const Wav2vec2 *m, const float *x, size_t rows, Wav2vec2First *f,
                           Error *err) {
    const Wav2vec2Config *c = &m->config;
    const ConvWeights *w = &m->convs[0];
    const size_t n = c->dim[0], kernel = c->kernel[0];
    double *mean = calloc(kernel * (kernel + 1), sizeof *mean), *covariance = mean + kernel;
    if (!mean) return error_set(err, "out of memory");
    measure_windows(x, rows, kernel, c->stride[0], mean, covariance);
#pragma omp parallel for if (n * kernel > 4096)
    for (size_t o = 0; o < n; o++) {
        double centre = 0, variance = 0;
        for (size_t j = 0; j < kernel; j++) {
            double part = 0;
            for (size_t i = 0; i < kernel; i++)
                part += covariance[j * kernel + i] * w->taps[i * n + o];
            variance += part * w->taps[j * n + o];
            centre += mean[j] * w->taps[j * n + o];
        }
        const double scale = w->norm.weight[o] / sqrt(fmax(variance, 0) + wav2vec2_conv_epsilon);
        for (size_t j = 0; j < kernel; j++)
            f->taps[j * n + o] = (float)(w->taps[j * n + o] * scale);
        f->shift[o] = (float)(w->norm.bias[o] - centre * scale); /* a bias would drop out */
    }
    free(mean);
    return 0;
}

static void copy_first(const Wav2vec2 *m, Wav2vec2First *f) {
    const size_t n = m->config.dim[0], kernel = m->config.kernel[0];
    const ConvWeights *w = &m->convs[0];
    memcpy(f->taps, w->taps, kernel * n * sizeof *f->taps);
    for (size_t o = 0; o < n; o++) f->shift[o] = w->bias ? w->bias[o] : 0;
}

int wav2vec2_first_new(const Wav2vec2 *m, const float *samples, size_t count, Wav2vec2First **out,
                       Error *err) {
    const Wav2vec2Config *c = &m->config;
    const size_t n = c->dim[0], kernel = c->kernel[0];
    const size_t rows = conv_rows(count, kernel, c->stride[0]);
    *out = NULL;
    Wav2vec2First *f = calloc(1, sizeof *f);
    if (f) f->taps = malloc((kernel + 1) * n * sizeof *f->taps);
    int status = f && f->taps ? 0 : error_set(err, "out of memory");
    if (!status) {
        f->shift = f->taps + kernel * n;
        if (c->norm_every_conv)
            copy_first(m, f);
        else
            status = fold_group_norm(m, samples, rows, f, err);
    }
    if (status)
        wav2vec2_first_free(f);
    else
        *out = f;
    return status;
}

void wav2vec2_first_free(Wav2vec2First *f) {
    if (f) free(f->taps);
    free(f);
}

void wav2vec2_first_piece(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                          size_t from, size_t rows, float *y) {
    static const FirstConvLoops *const ways[] = LOOPS_WAYS(first_conv_loops);
    const FirstConvLoops *loops = ways[choice(CHOICE_LANES)];
    const Wav2vec2Config *c = &r->m->config;
    const Affine norm = r->m->convs[0].norm;
    const FirstConv conv = {f->taps, f->shift, c->kernel[0], c->stride[0], c->dim[0]};
    loops->convolve(&conv, samples + from * conv.stride, rows, y);
    if (c->norm_every_conv)
        kernel_layer_norm(y, norm.weight, norm.bias, (float)wav2vec2_conv_epsilon, rows, conv.n, y);
    kernel_gelu_erf(y, rows * conv.n);
}

/* Any number of rows, from `from` on. */
static void first_layer(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                        size_t from, size_t rows, float *y) {
    const size_t n = r->m->config.dim[0];
    for (size_t t = 0; t < rows; t += WAV2VEC2_PIECE) {
        const size_t count = rows - t < WAV2VEC2_PIECE ? rows - t : WAV2VEC2_PIECE;
        wav2vec2_first_piece(r, f, samples, from + t, count, y + t * n);
    }
}

/* --- the others --- */

void wav2vec2_activate(const Wav2vec2Run *r, size_t j, float *y, size_t rows) {
    const Wav2vec2Config *c = &r->m->config;
    if (c->norm_every_conv)
        wav2vec2_norm(y, r->m->convs[j].norm, wav2vec2_conv_epsilon, rows, c->dim[j], y);
    wav2vec2_gelu(y, rows, c->dim[j]);
}

/* x [.., in] -> y [rows, n], row t from x's rows stride t on: all taps are one product, whose rows
 * share numbers. */
static void conv(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const ConvWeights *w = &r->m->convs[j];
    matmul_by_weights(&w->product, rows, x, c->stride[j] * c->dim[j - 1], w->bias, NULL, y,
                      c->dim[j]);
    wav2vec2_activate(r, j, y, rows);
}

/* The two buffers that layers write to in turn, and one for pieces of the first. */
typedef struct {
    float *first, *at[2];
} Buffers;

static Wav2vec2Tile tile_of(const Wav2vec2Config *c, size_t first, size_t count) {
    Wav2vec2Tile t;
    for (size_t j = c->convs; j-- > 0;) {
        t.first[j] = first;
        t.rows[j] = count;
        first *= c->stride[j];
        count = wav2vec2_rows_below(c, j, count);
    }
    return t;
}

/* The first two layers: pieces of the first pass into the second. */
static void second_layer(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                         const Wav2vec2Tile *t, const Buffers *b, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    for (size_t at = 0; at < t->rows[1]; at += FIRST_ROWS) {
        const size_t rows = t->rows[1] - at < FIRST_ROWS ? t->rows[1] - at : FIRST_ROWS;
        first_layer(r, f, samples, (t->first[1] + at) * c->stride[1],
                    wav2vec2_rows_below(c, 1, rows), b->first);
        conv(r, 1, b->first, rows, y + at * c->dim[1]);
    }
}

static void run_tile(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                     const Wav2vec2Tile *t, const Buffers *b, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    if (c->convs == 1) {
        first_layer(r, f, samples, t->first[0], t->rows[0], y);
        return;
    }
    const float *x = NULL;
    for (size_t j = 1; j < c->convs; j++) {
        float *to = j + 1 == c->convs ? y : b->at[j % 2];
        if (j == 1)
            second_layer(r, f, samples, t, b, to);
        else
            conv(r, j, x, t->rows[j], to);
        x = to;
    }
}

enum { SIZES = 3 };

/* Numbers that buffers take for a tile. */
static void sizes_of(const Wav2vec2 *m, const Wav2vec2Tile *t, size_t sizes[SIZES]) {
    const Wav2vec2Config *c = &m->config;
    const size_t pieces = t->rows[c->convs > 1] < FIRST_ROWS ? t->rows[c->convs > 1] : FIRST_ROWS;
    sizes[0] = c->convs > 1 ? wav2vec2_rows_below(c, 1, pieces) * c->dim[0] : 0;
    sizes[1] = sizes[2] = 0;
    for (size_t j = 1; j + 1 < c->convs; j++)
        if (t->rows[j] * c->dim[j] > sizes[1 + j % 2]) sizes[1 + j % 2] = t->rows[j] * c->dim[j];
}

/* Of a thread, in whole lines of the cache. */
static size_t room_of(const Wav2vec2 *m, const Wav2vec2Tile *largest, size_t at[SIZES]) {
    size_t sizes[SIZES], room = 0;
    if (m->convs[1].half.data) return wav2vec2_half_room(m, largest) / sizeof(float);
    sizes_of(m, largest, sizes);
    for (size_t i = 0; i < SIZES; i++) {
        at[i] = room;
        room += (sizes[i] + 15) / 16 * 16;
    }
    return room;
}

static int run_tiles(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                     size_t frames, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t n = c->dim[c->convs - 1];
    const size_t most = frames < TILE_FRAMES ? frames : TILE_FRAMES;
    const size_t tiles = (frames + most - 1) / most;
    const size_t all = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t threads = all < tiles ? all : tiles;
    const Wav2vec2Tile largest = tile_of(c, 0, most);
    size_t at[SIZES];
    const size_t room = room_of(r->m, &largest, at);
    float *buffers = memory_block((threads * room + 1) * sizeof *buffers);
    if (!buffers) return error_set(r->err, "out of memory for %zu frames of sound", most);
#pragma omp parallel for schedule(static) num_threads((int)threads) if (threads > 1)
    for (size_t i = 0; i < tiles; i++) {
        float *own = buffers + (threads > 1 ? (size_t)omp_get_thread_num() * room : 0);
        const size_t first = i * most, count = frames - first < most ? frames - first : most;
        const Wav2vec2Tile t = tile_of(c, first, count);
        if (r->m->convs[1].half.data)
            wav2vec2_half_tile(r, f, samples, &t, own, y + first * n);
        else
            run_tile(r, f, samples, &t, &(Buffers){own + at[0], {own + at[1], own + at[2]}},
                     y + first * n);
    }
    free(buffers);
    return 0;
}

/* --- all --- */

/* A layer of any length. */
static int conv_alone(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, float *y) {
    if (r->m->convs[j].half.data) return wav2vec2_half_layer(r, j, x, rows, y);
    conv(r, j, x, rows, y);
    return 0;
}

/* Layer by layer, so that each can be told of whole. */
static int run_layers(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                      size_t rows, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const float *x = NULL;
    float *last = NULL;
    for (size_t j = 0; j < c->convs; j++) {
        char name[40];
        rows = j ? conv_rows(rows, c->kernel[j], c->stride[j]) : rows;
        float *to = j + 1 == c->convs ? y : wav2vec2_room(r, rows, c->dim[j]);
        if (to && j && conv_alone(r, j, x, rows, to)) {
            if (to != y) free(to);
            to = NULL;
        }
        if (to && !j) first_layer(r, f, samples, 0, rows, to);
        free(last);
        if (!to) return -1;
        snprintf(name, sizeof name, "conv_%zu", j);
        wav2vec2_tell(r, name, to, rows, c->dim[j]);
        x = to;
        last = to == y ? NULL : to;
    }
    return 0;
}

int wav2vec2_convolve(const Wav2vec2Run *r, const float *samples, size_t count, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t rows = conv_rows(count, c->kernel[0], c->stride[0]);
    Wav2vec2First *own = NULL;
    if (!r->first && wav2vec2_first_new(r->m, samples, count, &own, r->err)) return -1;
    const Wav2vec2First *f = r->first ? r->first : own;
    const int status = r->stage ? run_layers(r, f, samples, rows, y)
                                : run_tiles(r, f, samples, wav2vec2_frames(r->m, count), y);
    wav2vec2_first_free(own);
    return status;
}
