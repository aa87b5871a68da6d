/* wav2vec2_half_convs.c: the convolutions with products in bfloat16. Between layers numbers are
 * kept rounded; a row's taps are one product, whose rows share numbers where strides are shorter
 * than kernels. */
#include <stdlib.h>

#include "features/encoders/wav2vec2_convs.h"
#include "lib/base/memory.h"

enum { BLOCK = WAV2VEC2_FIRST_ROWS }; /* rows whose sums stay in a cache until they are rounded */

/* Where the parts of a room begin, in bytes: rows of the first layer, those that the others write
 * in turn, sums in float. */
typedef struct {
    size_t first, at[2], sums, end;
} Places;

/* Bytes of what layer j sees for so many rows, in whole lines of the cache. */
static size_t input_size(const Wav2vec2 *m, size_t j, size_t rows) {
    const Wav2vec2Config *c = &m->config;
    const size_t in = c->dim[j - 1];
    const size_t bytes =
        bf16_rows_size(m->convs[j].half.kernel, rows, c->stride[j] * in, c->kernel[j] * in);
    return (bytes + 63) / 64 * 64;
}

static Places places_of(const Wav2vec2 *m, const Wav2vec2Tile *t) {
    const Wav2vec2Config *c = &m->config;
    size_t turn[2] = {0}, widest = 0;
    for (size_t j = 2; j < c->convs; j++) {
        const size_t size = input_size(m, j, t->rows[j]);
        if (size > turn[j % 2]) turn[j % 2] = size;
    }
    for (size_t j = 0; j < c->convs; j++) widest = c->dim[j] > widest ? c->dim[j] : widest;
    Places p = {.at = {input_size(m, 1, t->rows[1] < BLOCK ? t->rows[1] : BLOCK)}};
    p.at[1] = p.at[0] + turn[0];
    p.sums = p.at[1] + turn[1];
    p.end = p.sums + BLOCK * widest * sizeof(float);
    return p;
}

size_t wav2vec2_half_room(const Wav2vec2 *m, const Wav2vec2Tile *largest) {
    return (places_of(m, largest).end + 63) / 64 * 64;
}

/* What follows a product, and, where it is not the last layer's, rounding into row `at` ... of the
 * next one's input. */
static void finish(const Wav2vec2Run *r, size_t j, float *y, size_t rows, void *next, size_t at) {
    const size_t n = r->m->config.dim[j];
    for (size_t t = 0; t < rows; t += WAV2VEC2_PIECE) {
        const size_t count = rows - t < WAV2VEC2_PIECE ? rows - t : WAV2VEC2_PIECE;
        wav2vec2_activate(r, j, y + t * n, count);
        if (next) bf16_round_numbers(bf16_kernel(), y + t * n, count * n, next, (at + t) * n);
    }
}

/* Rows of layer j into rows `at` ... of the next one's input, or, if that is NULL, to y. */
static void layer(const Wav2vec2Run *r, size_t j, void *x, size_t rows, float *sums, void *next,
                  size_t at, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const ConvWeights *w = &r->m->convs[j];
    const size_t stride = c->stride[j] * c->dim[j - 1], n = c->dim[j];
    bf16_end_rows(w->half.kernel, rows, stride, w->half.in, x);
    for (size_t t = 0; t < rows; t += BLOCK) {
        const size_t count = rows - t < BLOCK ? rows - t : BLOCK;
        float *to = next ? sums : y + t * n;
        bf16_product_rows(&w->half, x, t * stride, stride, count, w->bias, to, n);
        finish(r, j, to, count, next, at + t);
    }
}

/* Rows of the first layer, from row `from` on, rounded. */
static void first_layer(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                        size_t from, size_t rows, float *sums, void *next) {
    const size_t n = r->m->config.dim[0];
    for (size_t t = 0; t < rows; t += WAV2VEC2_PIECE) {
        const size_t count = rows - t < WAV2VEC2_PIECE ? rows - t : WAV2VEC2_PIECE;
        wav2vec2_first_piece(r, f, samples, from + t, count, sums);
        bf16_round_numbers(bf16_kernel(), sums, count * n, next, t * n);
    }
}

void wav2vec2_half_tile(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                        const Wav2vec2Tile *t, void *room, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    const Places p = places_of(r->m, t);
    char *base = room;
    float *sums = (float *)(base + p.sums);
    void *const at[] = {base + p.at[0], base + p.at[1]};
    for (size_t row = 0; row < t->rows[1]; row += BLOCK) {
        const size_t count = t->rows[1] - row < BLOCK ? t->rows[1] - row : BLOCK;
        first_layer(r, f, samples, (t->first[1] + row) * c->stride[1],
                    wav2vec2_rows_below(c, 1, count), sums, base);
        layer(r, 1, base, count, sums, c->convs > 2 ? at[0] : NULL, row, y + row * c->dim[1]);
    }
    for (size_t j = 2; j < c->convs; j++)
        layer(r, j, at[j % 2], t->rows[j], sums, j + 1 < c->convs ? at[(j + 1) % 2] : NULL, 0, y);
}

int wav2vec2_half_layer(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, float *y) {
    const Wav2vec2Config *c = &r->m->config;
    void *numbers = memory_block(input_size(r->m, j, rows));
    if (!numbers) return error_set(r->err, "out of memory for %zu frames of sound", rows);
    bf16_round_numbers(bf16_kernel(), x, wav2vec2_rows_below(c, j, rows) * c->dim[j - 1], numbers,
                       0);
    layer(r, j, numbers, rows, NULL, NULL, 0, y);
    free(numbers);
    return 0;
}
