/* wav2vec2.c: the network from samples to hidden states. */
#include "features/encoders/wav2vec2.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_parts.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/attention.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

float *wav2vec2_room(const Wav2vec2Run *r, size_t rows, size_t columns) {
    size_t bytes;
    float *x = NULL;
    if (!__builtin_mul_overflow(rows, columns, &bytes) &&
        !__builtin_mul_overflow(bytes, sizeof *x, &bytes))
        x = malloc(bytes);
    if (!x) error_set(r->err, "out of memory for %zu frames of sound", rows);
    return x;
}

void wav2vec2_normalise(const float *x, size_t n, float *y) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) square += (x[i] - mean) * (x[i] - mean);
    double scale = 1 / sqrt(square / (double)n + 1e-7);
    for (size_t i = 0; i < n; i++) y[i] = (float)((x[i] - mean) * scale);
}

/* --- rows, on all threads --- */

void wav2vec2_norm(const float *x, Affine a, double epsilon, size_t rows, size_t n, float *y) {
#pragma omp parallel for schedule(static) if (rows * n > WORTH_THREADS)
    for (size_t t = 0; t < rows; t++)
        kernel_layer_norm(x + t * n, a.weight, a.bias, (float)epsilon, 1, n, y + t * n);
}

void wav2vec2_gelu(float *x, size_t rows, size_t n) {
#pragma omp parallel for schedule(static) if (rows * n > WORTH_THREADS)
    for (size_t t = 0; t < rows; t++) kernel_gelu_erf(x + t * n, n);
}

/* --- transformer --- */

/* What a layer needs besides its input, [frames, ...]. */
typedef struct {
    float *normed, *qkv, *mixed, *inner;
    char *heads; /* of each thread, room for a head's attention */
    size_t head_size; /* bytes of it */
    void *rounded; /* an input in bfloat16 */
} Space;

static bool is_half(const Wav2vec2 *m) { return m->layers[0].linear.qkv.half.data != NULL; }

static size_t head_size(const Wav2vec2 *m, size_t frames) {
    const size_t width = m->config.width / m->config.heads;
    const size_t bytes = is_half(m) ? attention_room_bf16(bf16_kernel(), frames, frames, width)
                                    : attention_room(frames, frames) * sizeof(float);
    return (bytes + 63) / 64 * 64;
}

static void attend_head(const Wav2vec2 *m, size_t head, size_t frames, const Space *s) {
    const size_t n = m->config.width, width = n / m->config.heads;
    const size_t own = omp_in_parallel() ? (size_t)omp_get_thread_num() : 0;
    const float *q = s->qkv + head * width;
    const AttentionHead h = {.rows = frames,
                             .keys = frames,
                             .dim = width,
                             .q = q,
                             .k = q + n,
                             .v = q + 2 * n,
                             .o = s->mixed + head * width,
                             .q_stride = 3 * n,
                             .kv_stride = 3 * n,
                             .o_stride = n,
                             .scale = 1 / sqrtf((float)width)};
    void *room = s->heads + own * s->head_size;
    if (is_half(m))
        attention_head_bf16(bf16_kernel(), &h, room);
    else
        attention_head(&h, room);
}

/* Attention of x [frames, width] over itself, before its last product -> s->mixed. */
static void attend(const Wav2vec2 *m, const LayerWeights *w, const float *x, size_t frames,
                   const Space *s) {
    encoder_linear_run(&w->linear.qkv, x, frames, NULL, s->rounded, s->qkv);
#pragma omp parallel for schedule(dynamic, 1) if (!omp_in_parallel())
    for (size_t head = 0; head < m->config.heads; head++) attend_head(m, head, frames, s);
}

static void feed_forward(const Wav2vec2 *m, const LayerWeights *w, const float *x, size_t frames,
                         const Space *s) {
    encoder_linear_run(&w->linear.up, x, frames, NULL, s->rounded, s->inner);
    wav2vec2_gelu(s->inner, frames, m->config.inner);
}

/* Stages of a layer, which are not computed by themselves otherwise. */
static int tell_product(const Wav2vec2Run *r, const char *name, const EncoderLinear *w,
                        const float *x, size_t frames, const Space *s) {
    const size_t n = r->m->config.width;
    float *y = wav2vec2_room(r, frames, n);
    if (!y) return -1;
    encoder_linear_run(w, x, frames, NULL, s->rounded, y);
    wav2vec2_tell(r, name, y, frames, n);
    free(y);
    return 0;
}

/* Layer i of x [frames, width], in place. */
static int layer(const Wav2vec2Run *r, size_t i, float *x, size_t frames, const Space *s) {
    const Wav2vec2 *m = r->m;
    const Wav2vec2Config *c = &m->config;
    const LayerWeights *w = &m->layers[i];
    const bool tells = r->stage && i == 0;
    const size_t n = c->width;
    const float *in = x;
    if (c->pre_norm) {
        wav2vec2_norm(x, w->attention_norm, c->epsilon, frames, n, s->normed);
        in = s->normed;
    }
    attend(m, w, in, frames, s);
    if (tells && tell_product(r, "layer_0_attention", &w->linear.out, s->mixed, frames, s))
        return -1;
    encoder_linear_run(&w->linear.out, s->mixed, frames, x, s->rounded, x);
    if (c->pre_norm)
        wav2vec2_norm(x, w->final_norm, c->epsilon, frames, n, s->normed);
    else
        wav2vec2_norm(x, w->attention_norm, c->epsilon, frames, n, x);
    feed_forward(m, w, in, frames, s);
    if (tells && tell_product(r, "layer_0_feed_forward", &w->linear.down, s->inner, frames, s))
        return -1;
    encoder_linear_run(&w->linear.down, s->inner, frames, x, s->rounded, x);
    if (!c->pre_norm) wav2vec2_norm(x, w->final_norm, c->epsilon, frames, n, x);
    return 0;
}

static int transform(const Wav2vec2Run *r, float *x, size_t frames, size_t last,
                     Wav2vec2Hidden *take, void *context) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t n = c->width, threads = omp_in_parallel() ? 1 : (size_t)omp_get_max_threads();
    const size_t widest = n > c->inner ? n : c->inner;
    const size_t rounded = is_half(r->m) ? bf16_input_size(bf16_kernel(), frames, widest) : 1;
    const size_t head = head_size(r->m, frames);
    const Space s = {.normed = wav2vec2_room(r, c->pre_norm ? frames : 1, n),
                     .qkv = wav2vec2_room(r, frames, 3 * n),
                     .mixed = wav2vec2_room(r, frames, n),
                     .inner = wav2vec2_room(r, frames, c->inner),
                     .heads = memory_block(threads * head),
                     .head_size = head,
                     .rounded = memory_block(rounded)};
    void *const all[] = {s.normed, s.qkv, s.mixed, s.inner, s.heads, s.rounded};
    int status = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!all[i]) status = error_set(r->err, "out of memory for %zu frames of sound", frames);
    if (!status && !c->pre_norm) wav2vec2_norm(x, r->m->encoder_norm, c->epsilon, frames, n, x);
    if (!status) take(context, 0, x, frames);
    for (size_t i = 0; i < last && !status; i++) {
        status = layer(r, i, x, frames, &s);
        if (c->pre_norm && i + 1 == c->layers)
            wav2vec2_norm(x, r->m->encoder_norm, c->epsilon, frames, n, x);
        if (!status) take(context, i + 1, x, frames);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
    return status;
}

static int project(const Wav2vec2Run *r, const float *samples, size_t count, size_t frames,
                   float *x) {
    const Wav2vec2 *m = r->m;
    const Wav2vec2Config *c = &m->config;
    const size_t dim = c->dim[c->convs - 1];
    float *heard = wav2vec2_room(r, frames, dim);
    if (!heard || wav2vec2_convolve(r, samples, count, heard)) {
        free(heard);
        return -1;
    }
    if (c->projection_norm) wav2vec2_norm(heard, m->features_norm, c->epsilon, frames, dim, heard);
    wav2vec2_tell(r, "features_normed", heard, frames, dim);
    encoder_linear_run(&m->projection, heard, frames, NULL, NULL, x);
    free(heard);
    wav2vec2_tell(r, "projected", x, frames, c->width);
    return wav2vec2_add_position(r, x, frames);
}

int wav2vec2_run(const Wav2vec2 *m, const Wav2vec2First *first, const float *samples, size_t count,
                 size_t last, Wav2vec2Hidden *take, Wav2vec2Stage *stage, void *context,
                 Error *err) {
    const Wav2vec2Run r = {m, first, stage, context, err};
    const size_t frames = wav2vec2_frames(m, count);
    if (frames == 0) return error_set(err, "%zu samples are too few for one frame", count);
    float *x = wav2vec2_room(&r, frames, m->config.width);
    if (!x) return -1;
    wav2vec2_tell(&r, "input_values", samples, 1, count);
    int status = project(&r, samples, count, frames, x);
    if (!status) status = transform(&r, x, frames, last, take, context);
    free(x);
    return status;
}
