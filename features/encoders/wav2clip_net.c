/* wav2clip_net.c: the ResNet-18. Pictures are pieces of sound by frequency by time; channels are
 * innermost, so that a column of a kernel is a matrix product over rows of `kernel` neighbours. Of
 * narrow pictures many columns of a kernel only see what is beyond the edges: they are left out.
 * Where a picture is one column wide, 3 x 3 becomes 3 x 1. */
#include <float.h>
#include <string.h>

#include "features/encoders/wav2clip_parts.h"
#include "lib/nn/kernels/matmul.h"

enum { ROWS = 256 }; /* of a product at a time: what is gathered for them stays in a cache */

static size_t out_size(size_t n, size_t kernel, size_t stride, size_t pad) {
    return (n + 2 * pad - kernel) / stride + 1;
}

Pictures wav2clip_conv_size(const Wav2clipConv *c, Pictures in) {
    return (Pictures){in.count, out_size(in.height, c->kernel, c->stride, c->pad),
                      out_size(in.width, c->kernel, c->stride, c->pad), c->out, NULL};
}

Pictures wav2clip_pool_size(Pictures in) {
    return (Pictures){in.count, out_size(in.height, 3, 2, 1), out_size(in.width, 3, 2, 1),
                      in.channels, NULL};
}

static size_t floats(const Pictures *p) { return p->count * p->height * p->width * p->channels; }

/* What column `column` of a kernel sees of the picture for rows first ... of the result: to [count,
 * kernel, in], zeros beyond the edges. */
static void gather(const Wav2clipConv *c, const Pictures *in, const Pictures *out, size_t column,
                   size_t first, size_t count, float *to) {
    const size_t n = in->channels;
    for (size_t r = 0; r < count; r++, to += c->kernel * n) {
        const size_t place = first + r, at = place % out->width * c->stride + column;
        const size_t top = place / out->width % out->height * c->stride;
        const float *picture =
            in->x + place / (out->width * out->height) * in->height * in->width * n;
        const bool beside = at < c->pad || at - c->pad >= in->width;
        for (size_t k = 0; k < c->kernel; k++) {
            const bool beyond = top + k < c->pad || top + k - c->pad >= in->height;
            if (beside || beyond)
                memset(to + k * n, 0, n * sizeof *to);
            else
                memcpy(to + k * n, picture + ((top + k - c->pad) * in->width + at - c->pad) * n,
                       n * sizeof *to);
        }
    }
}

static void relu(float *x, size_t n) {
    for (size_t i = 0; i < n; i++) x[i] = x[i] > 0 ? x[i] : 0;
}

/* Rows first ... of the result: bias, what is added (NULL: nothing), all columns of the kernel. */
static void conv_rows(const Wav2clipConv *c, const Pictures *in, const Pictures *out,
                      const float *added, bool positive, size_t first, size_t count, float *work) {
    const size_t n = c->out, k = c->kernel * c->in;
    const size_t reach = (out->width - 1) * c->stride, end = c->pad + in->width;
    float *y = out->x + first * n;
    bool begun = false;
    for (size_t column = 0; column < c->kernel; column++) {
        const float *w = c->weight + column * n * k;
        if (column + reach < c->pad || column >= end) continue; /* sees nothing */
        gather(c, in, out, column, first, count, work);
        if (begun)
            matmul_nt(count, n, k, 1, work, k, w, k, 1, y, n);
        else
            matmul_nt_onto(count, n, k, work, k, w, k, c->bias, added ? added + first * n : NULL, y,
                           n);
        begun = true;
    }
    if (positive) relu(y, count * n);
}

/* in -> out, whose size and room are set. */
static void conv(const Wav2clipConv *c, const Pictures *in, const Pictures *out, const float *added,
                 bool positive, float *work) {
    const size_t rows = out->count * out->height * out->width;
    for (size_t r = 0; r < rows; r += ROWS)
        conv_rows(c, in, out, added, positive, r, rows - r < ROWS ? rows - r : ROWS, work);
}

/* The largest of 3 x 3, two apart. */
static void pool(const Pictures *in, const Pictures *out) {
    const size_t n = in->channels;
    float *to = out->x;
    for (size_t i = 0; i < out->count * out->height * out->width; i++, to += n) {
        const size_t column = i % out->width * 2, row = i / out->width % out->height * 2;
        const float *picture = in->x + i / (out->width * out->height) * in->height * in->width * n;
        for (size_t k = 0; k < n; k++) to[k] = -FLT_MAX;
        for (size_t h = row > 0 ? row - 1 : 0; h < row + 2 && h < in->height; h++)
            for (size_t w = column > 0 ? column - 1 : 0; w < column + 2 && w < in->width; w++) {
                const float *x = picture + (h * in->width + w) * n;
                for (size_t k = 0; k < n; k++) to[k] = x[k] > to[k] ? x[k] : to[k];
            }
    }
}

/* --- the network --- */

/* The three pictures of a block at a time, and what is gathered. */
typedef struct {
    float *x, *y, *z, *work;
} Room;

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

/* Floats of the largest picture behind the stem. */
static size_t largest(const Wav2clip *m, Pictures p) {
    size_t size = floats(&p);
    for (size_t i = 0; i < WAV2CLIP_LAYERS; i++) {
        p = wav2clip_conv_size(&m->layers[i][0].first, p);
        size = most(size, floats(&p));
    }
    return size;
}

static Pictures spectrum_size(size_t count, size_t columns) {
    return (Pictures){count, WAV2CLIP_BINS, columns, 1, NULL};
}

size_t wav2clip_room(const Wav2clip *m, size_t columns) {
    const Pictures stem = wav2clip_conv_size(&m->stem, spectrum_size(1, columns));
    return 3 * largest(m, wav2clip_pool_size(stem)) + floats(&stem);
}

size_t wav2clip_shared_room(const Wav2clip *m) {
    return ROWS * most(3 * 8 * m->width, m->stem.kernel);
}

/* p -> p, through a block; p->x is r->x before and after. */
static void run_block(const Wav2clipBlock *b, Pictures *p, Room *r) {
    Pictures middle = wav2clip_conv_size(&b->first, *p), out = middle;
    const float *same = p->x;
    middle.x = r->y;
    out.x = r->z;
    conv(&b->first, p, &middle, NULL, true, r->work);
    if (b->shortcut.weight) { /* over the block's input, which is not needed any more */
        conv(&b->shortcut, p, &out, NULL, false, r->work);
        same = r->z;
        out.x = r->x;
    }
    conv(&b->second, &middle, &out, same, true, r->work);
    if (out.x != r->x) {
        r->z = r->x;
        r->x = out.x;
    }
    *p = out;
}

static void average(const Pictures *p, float *out) {
    const size_t places = p->height * p->width, n = p->channels;
    for (size_t i = 0; i < p->count; i++)
        for (size_t k = 0; k < n; k++) {
            double sum = 0;
            for (size_t j = 0; j < places; j++) sum += p->x[(i * places + j) * n + k];
            out[i * n + k] = (float)(sum / (double)places);
        }
}

void wav2clip_network(const Wav2clip *m, float *spectra, size_t count, size_t columns, float *room,
                      float *pooled, float *embedding, Wav2clipLayer *layer, void *context) {
    static const char *const names[] = {"layer1", "layer2", "layer3", "layer4"};
    Pictures in = spectrum_size(count, columns), stem = wav2clip_conv_size(&m->stem, in);
    Pictures p = wav2clip_pool_size(stem);
    const size_t size = largest(m, p), d = wav2clip_embedding(m);
    Room r = {room, room + size, room + 2 * size, room + 3 * size};
    stem.x = r.work + wav2clip_shared_room(m);
    in.x = spectra;
    p.x = r.x;
    conv(&m->stem, &in, &stem, NULL, true, r.work);
    pool(&stem, &p);
    if (layer) layer(context, "stem", &p);
    for (size_t i = 0; i < WAV2CLIP_LAYERS; i++) {
        for (size_t k = 0; k < WAV2CLIP_BLOCKS; k++) run_block(&m->layers[i][k], &p, &r);
        if (layer) layer(context, names[i], &p);
    }
    average(&p, pooled);
    matmul_nt_onto(count, d, d, pooled, d, m->linear1.weight, d, m->linear1.bias, NULL, r.y, d);
    relu(r.y, count * d);
    matmul_nt_onto(count, d, d, r.y, d, m->linear2.weight, d, m->linear2.bias, NULL, embedding, d);
}

/* --- operations --- */

static double conv_operations(const Wav2clipConv *c, Pictures in) {
    const Pictures out = wav2clip_conv_size(c, in);
    size_t seen = 0;
    for (size_t column = 0; column < c->kernel; column++)
        if (column + (out.width - 1) * c->stride >= c->pad && column < c->pad + in.width) seen++;
    return 2.0 * (double)floats(&out) * (double)(c->kernel * seen * c->in);
}

double wav2clip_operations(const Wav2clip *m, size_t piece) {
    Pictures p = spectrum_size(1, 1 + piece / WAV2CLIP_HOP);
    double sum = conv_operations(&m->stem, p);
    p = wav2clip_pool_size(wav2clip_conv_size(&m->stem, p));
    for (size_t i = 0; i < WAV2CLIP_LAYERS; i++)
        for (size_t k = 0; k < WAV2CLIP_BLOCKS; k++) {
            const Wav2clipBlock *b = &m->layers[i][k];
            sum += conv_operations(&b->first, p);
            if (b->shortcut.weight) sum += conv_operations(&b->shortcut, p);
            p = wav2clip_conv_size(&b->first, p);
            sum += conv_operations(&b->second, p);
        }
    return sum + 4.0 * (double)wav2clip_embedding(m) * (double)wav2clip_embedding(m);
}
