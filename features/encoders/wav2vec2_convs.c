/* wav2vec2_convs.c: the convolutions over the samples, in tiles of time. A tile's frames need few
 * samples more than their own, so that a tile passes all layers while it is in a cache, and nothing
 * of a song's length is ever stored but the last layer. */
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_first.h"
#include "features/encoders/wav2vec2_parts.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

enum {
    TILE_FRAMES = 128, /* of the last layer */
    FIRST_ROWS = 512 /* of the second layer, for which the first is computed at a time */
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

/* Rows [from, from + rows) of the first layer, normed, through the GELU. */
static void first_layer(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                        size_t from, size_t rows, float *y) {
    enum { PIECE = 16 }; /* rows that stay in a cache */
    static const FirstConvLoops *const ways[] = LOOPS_WAYS(first_conv_loops);
    const FirstConvLoops *loops = ways[choice(CHOICE_LANES)];
    const Wav2vec2Config *c = &r->m->config;
    const Affine norm = r->m->convs[0].norm;
    const FirstConv conv = {f->taps, f->shift, c->kernel[0], c->stride[0], c->dim[0]};
    for (size_t t = 0; t < rows; t += PIECE) {
        const size_t count = rows - t < PIECE ? rows - t : PIECE;
        float *to = y + t * conv.n;
        loops->convolve(&conv, samples + (from + t) * conv.stride, count, to);
        if (c->norm_every_conv)
            kernel_layer_norm(to, norm.weight, norm.bias, (float)wav2vec2_conv_epsilon, count,
                              conv.n, to);
        kernel_gelu_erf(to, count * conv.n);
    }
}

/* --- the others --- */

/* For products in bfloat16: an input, rounded, and rows of it side by side. Empty for float. */
typedef struct {
    void *rounded;
    float *together;
} ConvRoom;

/* A product of taps [k, k + taps) in bfloat16, onto y unless it is the first. Its rows must lie
 * side by side. */
static void half_product(const Wav2vec2Run *r, size_t j, size_t k, size_t taps, const float *x,
                         size_t rows, const ConvRoom *room, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const ConvWeights *w = &r->m->convs[j];
    const size_t across = taps * c->dim[j - 1], apart = c->stride[j] * c->dim[j - 1];
    const float *from = x + k * c->dim[j - 1];
    for (size_t t = 0; across < apart && t < rows; t++)
        memcpy(room->together + t * across, from + t * apart, across * sizeof *x);
    bf16_product(&w->half[k > 0], 0, c->dim[j], rows, across < apart ? room->together : from,
                 k > 0 ? NULL : w->bias, k > 0 ? y : NULL, room->rounded, y);
}

/* x [.., in] -> y [rows, n], row t from x's rows stride t on. Neighbouring taps, up to a stride of
 * them, are one product: their inputs lie side by side. */
static void conv(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, const ConvRoom *room,
                 float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const ConvWeights *w = &r->m->convs[j];
    const size_t in = c->dim[j - 1], n = c->dim[j], kernel = c->kernel[j], stride = c->stride[j];
    const bool half = w->half[0].data != NULL;
    for (size_t t = 0; w->bias && !half && t < rows; t++) memcpy(y + t * n, w->bias, n * sizeof *y);
    for (size_t k = 0; k < kernel; k += stride) {
        const size_t taps = kernel - k < stride ? kernel - k : stride;
        if (half)
            half_product(r, j, k, taps, x, rows, room, y);
        else
            matmul(rows, n, taps * in, 1, x + k * in, stride * in, w->taps + k * in * n, n,
                   k > 0 || w->bias ? 1 : 0, y, n);
    }
    if (c->norm_every_conv) wav2vec2_norm(y, w->norm, wav2vec2_conv_epsilon, rows, n, y);
    wav2vec2_gelu(y, rows, n);
}

/* The two buffers that layers write to in turn, and one for pieces of the first. */
typedef struct {
    float *first, *at[2];
    ConvRoom room;
} Buffers;

/* Rows [first[j], first[j] + rows[j]) of every layer j that a tile's frames need. */
typedef struct {
    size_t first[WAV2VEC2_CONVS_MAX], rows[WAV2VEC2_CONVS_MAX];
} Tile;

static Tile tile_of(const Wav2vec2Config *c, size_t first, size_t count) {
    Tile t;
    for (size_t j = c->convs; j-- > 0;) {
        t.first[j] = first;
        t.rows[j] = count;
        first *= c->stride[j];
        count = (count - 1) * c->stride[j] + c->kernel[j];
    }
    return t;
}

/* The first two layers: pieces of the first pass into the second. */
static void second_layer(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                         const Tile *t, const Buffers *b, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    for (size_t at = 0; at < t->rows[1]; at += FIRST_ROWS) {
        const size_t rows = t->rows[1] - at < FIRST_ROWS ? t->rows[1] - at : FIRST_ROWS;
        first_layer(r, f, samples, (t->first[1] + at) * c->stride[1],
                    (rows - 1) * c->stride[1] + c->kernel[1], b->first);
        conv(r, 1, b->first, rows, &b->room, y + at * c->dim[1]);
    }
}

static void run_tile(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                     const Tile *t, const Buffers *b, float *y) {
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
            conv(r, j, x, t->rows[j], &b->room, to);
        x = to;
    }
}

/* Numbers that ConvRoom takes for so many rows of layer j, at least 1. */
static void room_of(const Wav2vec2 *m, size_t j, size_t rows, size_t *rounded, size_t *together) {
    const Wav2vec2Config *c = &m->config;
    const size_t across = c->stride[j] * c->dim[j - 1];
    if (!m->convs[j].half[0].data) return;
    const size_t size = bf16_input_size(bf16_kernel(), rows, across) / sizeof(float) + 1;
    if (size > *rounded) *rounded = size;
    if (rows * across > *together) *together = rows * across;
}

enum { SIZES = 5 };

/* Numbers that buffers take for a tile. */
static void sizes_of(const Wav2vec2 *m, const Tile *t, size_t sizes[SIZES]) {
    const Wav2vec2Config *c = &m->config;
    const size_t pieces = t->rows[c->convs > 1] < FIRST_ROWS ? t->rows[c->convs > 1] : FIRST_ROWS;
    sizes[0] = c->convs > 1 ? ((pieces - 1) * c->stride[1] + c->kernel[1]) * c->dim[0] : 0;
    sizes[1] = sizes[2] = sizes[3] = sizes[4] = 0;
    for (size_t j = 1; j < c->convs; j++)
        room_of(m, j, j == 1 ? pieces : t->rows[j], &sizes[3], &sizes[4]);
    for (size_t j = 1; j + 1 < c->convs; j++)
        if (t->rows[j] * c->dim[j] > sizes[1 + j % 2]) sizes[1 + j % 2] = t->rows[j] * c->dim[j];
}

static int run_tiles(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                     size_t frames, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t n = c->dim[c->convs - 1];
    const size_t most = frames < TILE_FRAMES ? frames : TILE_FRAMES;
    const size_t tiles = (frames + most - 1) / most;
    const size_t all = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t threads = all < tiles ? all : tiles;
    const Tile largest = tile_of(c, 0, most);
    size_t sizes[SIZES], at[SIZES], room = 0;
    sizes_of(r->m, &largest, sizes);
    for (size_t i = 0; i < SIZES; i++) { /* whole lines of the cache */
        at[i] = room;
        room += (sizes[i] + 15) / 16 * 16;
    }
    float *buffers = memory_block((threads * room + 1) * sizeof *buffers);
    if (!buffers) return error_set(r->err, "out of memory for %zu frames of sound", most);
#pragma omp parallel for schedule(static) num_threads((int)threads) if (threads > 1)
    for (size_t i = 0; i < tiles; i++) {
        float *own = buffers + (threads > 1 ? (size_t)omp_get_thread_num() * room : 0);
        const Buffers b = {own + at[0], {own + at[1], own + at[2]}, {own + at[3], own + at[4]}};
        const size_t first = i * most, count = frames - first < most ? frames - first : most;
        const Tile t = tile_of(c, first, count);
        run_tile(r, f, samples, &t, &b, y + first * n);
    }
    free(buffers);
    return 0;
}

/* --- all --- */

/* A layer of any length. */
static int conv_alone(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, float *y) {
    size_t rounded = 1, together = 1;
    room_of(r->m, j, rows, &rounded, &together);
    ConvRoom room = {memory_block(rounded * sizeof(float)), memory_block(together * sizeof(float))};
    const bool there = room.rounded && room.together;
    if (there) conv(r, j, x, rows, &room, y);
    free(room.rounded);
    free(room.together);
    return there ? 0 : error_set(r->err, "out of memory for %zu frames of sound", rows);
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
