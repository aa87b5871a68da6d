#include "features/encoders/jukebox_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/checkpoint.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"

/* Everything is [time, channel]; taps are [tap, in, out]. */
typedef struct {
    float *taps, *bias;
} Conv;

typedef struct {
    Conv down;
    Conv *wide, *narrow; /* [depth]: of three taps, of one */
} Halving;

typedef struct {
    Halving *halvings;
    Conv out;
} Block;

struct JukeboxCodec {
    JukeboxConfig config;
    Block blocks[JUKEBOX_LEVELS_MAX];
    float *codebook; /* [bins, embedding] */
    float *lengths; /* [bins]: squared */
    WeightBlocks weights;
};

/* --- loading --- */

static Conv take_conv(WeightLoader *l, size_t out, size_t in, size_t taps, const char *name) {
    Conv c = {0};
    const float *w = loader_take(l, 3, (size_t[]){out, in, taps}, "%s.weight", name);
    c.bias = loader_take(l, 1, &out, "%s.bias", name);
    float *order = w && c.bias ? loader_room(l, taps * in * out) : NULL;
    if (!order) return (Conv){0};
    for (size_t o = 0; o < out; o++)
        for (size_t i = 0; i < in; i++)
            for (size_t j = 0; j < taps; j++)
                order[(j * in + i) * out + o] = w[(o * in + i) * taps + j];
    c.taps = order;
    return c;
}

static int allocate(JukeboxCodec *codec, Error *err) {
    const JukeboxConfig *c = &codec->config;
    for (size_t b = 0; b < c->levels; b++) {
        Block *block = &codec->blocks[b];
        block->halvings = calloc(c->halvings[b], sizeof *block->halvings);
        if (!block->halvings) return error_set(err, "out of memory");
        for (size_t i = 0; i < c->halvings[b]; i++) {
            Halving *h = &block->halvings[i];
            h->wide = calloc(c->depth, sizeof *h->wide);
            h->narrow = calloc(c->depth, sizeof *h->narrow);
            if (!h->wide || !h->narrow) return error_set(err, "out of memory");
        }
    }
    return 0;
}

static void take_block(JukeboxCodec *codec, WeightLoader *l, size_t b) {
    const JukeboxConfig *c = &codec->config;
    Block *block = &codec->blocks[b];
    const size_t w = c->width;
    char base[80];
    char name[160];
    snprintf(base, sizeof base, "encoders.%zu.level_blocks.%zu.model", c->levels - 1, b);
    for (size_t i = 0; i < c->halvings[b] && !l->failed; i++) {
        Halving *h = &block->halvings[i];
        size_t in = w;
        if (i == 0) in = b == 0 ? 1 : c->embedding;
        snprintf(name, sizeof name, "%s.%zu.0", base, i);
        h->down = take_conv(l, w, in, 4, name);
        for (size_t d = 0; d < c->depth; d++) {
            snprintf(name, sizeof name, "%s.%zu.1.model.%zu.model.1", base, i, d);
            h->wide[d] = take_conv(l, w, w, 3, name);
            snprintf(name, sizeof name, "%s.%zu.1.model.%zu.model.3", base, i, d);
            h->narrow[d] = take_conv(l, w, w, 1, name);
        }
    }
    snprintf(name, sizeof name, "%s.%zu", base, c->halvings[b]);
    block->out = take_conv(l, c->embedding, w, 3, name);
}

static void take_codebook(JukeboxCodec *codec, WeightLoader *l) {
    const JukeboxConfig *c = &codec->config;
    codec->codebook = loader_take(l, 2, (size_t[]){c->bins, c->embedding},
                                  "bottleneck.level_blocks.%zu.k", c->levels - 1);
    codec->lengths = loader_room(l, c->bins);
    for (size_t k = 0; codec->lengths && k < c->bins; k++) {
        const float *row = codec->codebook + k * c->embedding;
        double sum = 0;
        for (size_t i = 0; i < c->embedding; i++) sum += (double)row[i] * (double)row[i];
        codec->lengths[k] = (float)sum;
    }
}

static int load(JukeboxCodec *codec, const char *path, Error *err) {
    static const char *const prefixes[] = {"model.module.", "model.", "module.", "", NULL};
    const JukeboxConfig *c = &codec->config;
    WeightLoader l = {.blocks = &codec->weights, .err = err};
    char first[80];
    if (allocate(codec, err)) return error_prefix(err, path);
    if (weights_open(path, &l.weights, err)) return -1;
    snprintf(first, sizeof first, "encoders.%zu.level_blocks.0.model.0.0.weight", c->levels - 1);
    l.failed = weights_set_prefix(l.weights, prefixes, first, err) != 0;
    for (size_t b = 0; b < c->levels; b++) take_block(codec, &l, b);
    take_codebook(codec, &l);
    weights_close(l.weights);
    return l.failed ? -1 : 0;
}

int jukebox_codec_load(const char *path, const JukeboxConfig *c, JukeboxCodec **out, Error *err) {
    *out = NULL;
    JukeboxCodec *codec = calloc(1, sizeof *codec);
    if (!codec) return error_set(err, "%s: out of memory", path);
    codec->config = *c;
    const int status = load(codec, path, err);
    if (status)
        jukebox_codec_free(codec);
    else
        *out = codec;
    return status;
}

void jukebox_codec_free(JukeboxCodec *codec) {
    if (!codec) return;
    const JukeboxConfig *c = &codec->config;
    for (size_t b = 0; b < c->levels; b++) {
        Block *block = &codec->blocks[b];
        for (size_t i = 0; block->halvings && i < c->halvings[b]; i++) {
            free(block->halvings[i].wide);
            free(block->halvings[i].narrow);
        }
        free(block->halvings);
    }
    weight_blocks_free(&codec->weights);
    free(codec);
}

uint64_t jukebox_codec_print(const JukeboxCodec *codec) { return codec->weights.print; }

/* --- running --- */

static void relu(const float *x, size_t n, float *y) {
#pragma omp parallel for simd if (n > 100000)
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}

static void fill_bias(const Conv *c, size_t rows, size_t n, float *y) {
#pragma omp parallel for if (rows * n > 100000)
    for (size_t t = 0; t < rows; t++) memcpy(y + t * n, c->bias, n * sizeof *y);
}

/* y[t] = bias + the sum over j of tap j of x[t + (j - 1) dilation], zeros outside. */
static void conv_same(const Conv *c, const float *x, size_t rows, size_t in, size_t out,
                      size_t dilation, float *y) {
    const size_t tap = in * out;
    fill_bias(c, rows, out, y);
    matmul(rows, out, in, 1, x, in, c->taps + tap, out, 1, y, out);
    if (dilation >= rows) return;
    matmul(rows - dilation, out, in, 1, x, in, c->taps, out, 1, y + dilation * out, out);
    matmul(rows - dilation, out, in, 1, x + dilation * in, in, c->taps + 2 * tap, out, 1, y, out);
}

/* Four taps, stride 2, one zero on either side: y[t] = the sum over j of tap j of x[2t + j - 1]. */
static void conv_down(const Conv *c, const float *x, size_t rows, size_t in, size_t out, float *y) {
    const size_t tap = in * out;
    const size_t n = rows / 2;
    const size_t last = (rows - 1) / 2; /* results whose fourth tap is inside */
    fill_bias(c, n, out, y);
    matmul(n, out, in, 1, x, 2 * in, c->taps + tap, out, 1, y, out);
    matmul(n, out, in, 1, x + in, 2 * in, c->taps + 2 * tap, out, 1, y, out);
    if (n > 1) matmul(n - 1, out, in, 1, x + in, 2 * in, c->taps, out, 1, y + out, out);
    if (last > 0) matmul(last, out, in, 1, x + 2 * in, 2 * in, c->taps + 3 * tap, out, 1, y, out);
}

/* Block b of x [rows, in] -> [rows >> halvings, embedding], owned, instead of x, which is freed. */
static float *run_block(const JukeboxCodec *codec, size_t b, float *x, size_t *rows) {
    const JukeboxConfig *c = &codec->config;
    const Block *block = &codec->blocks[b];
    const size_t w = c->width;
    size_t in = b == 0 ? 1 : c->embedding;
    size_t n = *rows / 2;
    float *space = memory_block(2 * n * w * sizeof *space); /* enough for what comes, too */
    for (size_t i = 0; i < c->halvings[b]; i++, in = w) {
        n = *rows / 2;
        float *y = memory_block(n * w * sizeof *y);
        if (!space || !x || !y) {
            free(y);
            free(x);
            free(space);
            return NULL;
        }
        conv_down(&block->halvings[i].down, x, *rows, in, w, y);
        free(x);
        x = y;
        *rows = n;
        float *positive = space;
        float *inner = space + n * w;
        size_t dilation = 1;
        for (size_t d = 0; d < c->depth; d++, dilation *= c->growth) {
            const Conv *narrow = &block->halvings[i].narrow[d];
            relu(x, n * w, positive);
            conv_same(&block->halvings[i].wide[d], positive, n, w, w, dilation, inner);
            relu(inner, n * w, inner);
            fill_bias(narrow, n, w, positive);
            matmul(n, w, w, 1, inner, w, narrow->taps, w, 1, positive, w);
#pragma omp parallel for simd if (n * w > 100000)
            for (size_t k = 0; k < n * w; k++) x[k] += positive[k];
        }
    }
    float *y = memory_block(n * c->embedding * sizeof *y);
    if (y) conv_same(&block->out, x, n, w, c->embedding, 1, y);
    free(x);
    free(space);
    return y;
}

/* Codes of x [n, embedding]. */
static int choose(const JukeboxCodec *codec, const float *x, size_t n, size_t *codes) {
    enum { ROWS = 256 };
    const JukeboxConfig *c = &codec->config;
    float *products = memory_block(ROWS * c->bins * sizeof *products);
    if (!products) return -1;
    for (size_t at = 0; at < n; at += ROWS) {
        const size_t rows = n - at < ROWS ? n - at : ROWS;
        matmul_nt(rows, c->bins, c->embedding, -2, x + at * c->embedding, c->embedding,
                  codec->codebook, c->embedding, 0, products, c->bins);
        for (size_t t = 0; t < rows; t++) {
            const float *row = products + t * c->bins;
            size_t best = 0;
            for (size_t k = 1; k < c->bins; k++)
                if (row[k] + codec->lengths[k] < row[best] + codec->lengths[best]) best = k;
            codes[at + t] = best;
        }
    }
    free(products);
    return 0;
}

/* Samples on either side of a code that its value depends on, in whole codes. */
static size_t margin(const JukeboxConfig *c) {
    size_t reach = 1;
    size_t dilation = 1;
    size_t samples = 0;
    for (size_t d = 0; d < c->depth; d++, dilation *= c->growth) reach += dilation;
    for (size_t step = 2; step <= c->hop; step *= 2) samples += step * (reach + 2);
    return samples / c->hop + 1;
}

int jukebox_codec_run(const JukeboxCodec *codec, const float *samples, size_t count, size_t first,
                      size_t n, size_t *codes, EncoderStage *stage, void *context, Error *err) {
    const JukeboxConfig *c = &codec->config;
    const size_t reach = margin(c);
    const size_t before = first < reach ? first : reach;
    const size_t all = count / c->hop;
    const bool to_the_end = all - first - n <= reach;
    const size_t begin = (first - before) * c->hop;
    const size_t end = to_the_end ? count : (first + n + reach) * c->hop;
    size_t rows = end - begin;
    float *x = memory_block(rows * sizeof *x);
    if (x) memcpy(x, samples + begin, rows * sizeof *x);
    for (size_t b = 0; b < c->levels && x; b++) {
        x = run_block(codec, b, x, &rows);
        if (!x || !stage) continue;
        char name[40];
        snprintf(name, sizeof name, "encoder_%zu_block_%zu", c->levels - 1, b);
        stage(context, name, x, 2, (size_t[]){rows, c->embedding});
    }
    const int status = x ? choose(codec, x + before * c->embedding, n, codes) : -1;
    free(x);
    return status ? error_set(err, "out of memory for %zu samples", end - begin) : 0;
}

double jukebox_codec_operations(const JukeboxConfig *c) {
    const double w = (double)c->width;
    double sum = 2 * (double)c->bins * (double)c->embedding;
    double rate = (double)c->hop; /* results of a halving for each code */
    for (size_t b = 0; b < c->levels; b++) {
        for (size_t i = 0; i < c->halvings[b]; i++) {
            double in = w;
            if (i == 0) in = b == 0 ? 1 : (double)c->embedding;
            rate /= 2;
            sum += rate * (8 * in * w + (double)c->depth * 8 * w * w);
        }
        sum += rate * 6 * w * (double)c->embedding;
    }
    return sum;
}
