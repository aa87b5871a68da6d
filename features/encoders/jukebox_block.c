/* jukebox_block.c: a block of the prior on the rows of one window. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/jukebox_attention.h"
#include "features/encoders/jukebox_prior.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/matmul.h"

static const double epsilon = 1e-5;
enum { TILE = 512 }; /* rows that the linear layers take at a time */

int jukebox_space_new(const JukeboxConfig *c, size_t rows, bool rounded, JukeboxSpace *out,
                      Error *err) {
    const size_t tile = rows < TILE ? rows : TILE;
    const size_t sizes[] = {rows * 3 * c->attention, rows * c->attention,
                            jukebox_attention_scores(rows, c->block), tile * c->columns,
                            tile * c->inner};
    float **const places[] = {&out->projected, &out->mixed, &out->scores, &out->normed,
                              &out->inner};
    size_t all = 0;
    *out = (JukeboxSpace){.rows = rows};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) all += sizes[i];
    out->room = memory_block(all * sizeof *out->room);
    if (rounded) {
        const size_t widest = c->columns > c->inner ? c->columns : c->inner;
        const size_t most = widest > c->attention ? widest : c->attention;
        out->input = memory_block(bf16_input_size(bf16_kernel(), tile, most));
    }
    if (!out->room || (rounded && !out->input)) {
        jukebox_space_free(out);
        return error_set(err, "out of memory for %zu codes", rows);
    }
    float *at = out->room;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        *places[i] = at;
        at += sizes[i];
    }
    return 0;
}

void jukebox_space_free(JukeboxSpace *s) {
    free(s->room);
    free(s->input);
    *s = (JukeboxSpace){0};
}

static void layer_norm(const float *x, size_t rows, size_t n, const float *weight,
                       const float *bias, float *y) {
#pragma omp parallel for if (rows * n > 10000)
    for (size_t t = 0; t < rows; t++) {
        const float *from = x + t * n;
        float *to = y + t * n;
        double sum = 0;
        double square = 0;
        for (size_t i = 0; i < n; i++) sum += (double)from[i];
        const double mean = sum / (double)n;
        for (size_t i = 0; i < n; i++) {
            const double d = (double)from[i] - mean;
            square += d * d;
        }
        const double scale = 1 / sqrt(square / (double)n + epsilon);
        for (size_t i = 0; i < n; i++)
            to[i] = (float)(((double)from[i] - mean) * scale) * weight[i] + bias[i];
    }
}

/* x w + bias, and what y holds on top if `onto`; at most a tile of rows. */
static void linear(const JukeboxLinear *l, const JukeboxSpace *s, const float *x, size_t rows,
                   bool onto, float *y) {
    const size_t out = l->out;
    if (l->rounded.data) {
        bf16_product(&l->rounded, 0, out, rows, x, l->bias, onto ? y : NULL, s->input, y);
        return;
    }
#pragma omp parallel for if (rows * out > 10000)
    for (size_t t = 0; t < rows; t++)
        for (size_t i = 0; i < out; i++) y[t * out + i] = l->bias[i] + (onto ? y[t * out + i] : 0);
    matmul(rows, out, l->in, 1, x, l->in, l->w, out, 1, y, out);
}

/* x sigmoid(1.702 x) */
static void quick_gelu(float *x, size_t n) {
#pragma omp parallel for simd if (n > 10000)
    for (size_t i = 0; i < n; i++) x[i] = x[i] / (1 + expf(-1.702f * x[i]));
}

void jukebox_block_run(const JukeboxConfig *c, const JukeboxBlock *b, JukeboxSpace *s, float *x,
                       size_t n, float *attention) {
    static const JukeboxPattern patterns[] = {JUKEBOX_SAME_BLOCK, JUKEBOX_SAME_PLACE,
                                              JUKEBOX_BLOCK_BEFORE};
    const size_t w = c->columns;
    const size_t a = c->attention;
    for (size_t at = 0; at < n; at += TILE) {
        const size_t rows = n - at < TILE ? n - at : TILE;
        layer_norm(x + at * w, rows, w, b->norm, b->norm_bias, s->normed);
        linear(&b->project, s, s->normed, rows, false, s->projected + at * 3 * a);
    }
    jukebox_attend(patterns[b->number % 3], s->projected, n, a, c->heads, c->block, s->scores,
                   s->mixed);
    for (size_t at = 0; at < n; at += TILE) {
        const size_t rows = n - at < TILE ? n - at : TILE;
        float *y = x + at * w;
        if (attention) linear(&b->out, s, s->mixed + at * a, rows, false, attention + at * w);
        linear(&b->out, s, s->mixed + at * a, rows, true, y);
        layer_norm(y, rows, w, b->second, b->second_bias, s->normed);
        linear(&b->up, s, s->normed, rows, false, s->inner);
        quick_gelu(s->inner, rows * c->inner);
        linear(&b->down, s, s->inner, rows, true, y);
    }
}

double jukebox_block_operations(const JukeboxConfig *c) {
    const double w = (double)c->columns;
    const double a = (double)c->attention;
    const double keys = (double)c->block;
    return 2 * w * (4 * a + 2 * (double)c->inner) + 4 * a * keys;
}
