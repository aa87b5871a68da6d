/* wav2vec2_bfloat16.c: the weights of the large products in bfloat16 (lib/nn/kernels/bfloat16.h):
 * linear layers, and convolutions of up to two products. Attention, norms and the rest stay in
 * float. */
#include <stdlib.h>

#include "features/encoders/wav2vec2_parts.h"
#include "lib/base/memory.h"

/* Taps [first, first + count) of [kernel, in, out] as [out, count in]. */
static int halve_taps(const ConvWeights *w, size_t in, size_t out, size_t first, size_t count,
                      Bf16Matrix *to, Error *err) {
    const size_t across = count * in;
    const float *taps = w->taps + first * in * out;
    float *turned = malloc(across * out * sizeof *turned);
    if (!turned) return error_set(err, "out of memory");
    for (size_t i = 0; i < across; i++)
        for (size_t o = 0; o < out; o++) turned[o * across + i] = taps[i * out + o];
    const int status = bf16_matrix(to, bf16_kernel(), out, across, turned, err);
    free(turned);
    return status;
}

static int halve_convs(Wav2vec2 *m, Error *err) {
    const Wav2vec2Config *c = &m->config;
    for (size_t j = 1; j < c->convs; j++) {
        const size_t stride = c->stride[j], kernel = c->kernel[j];
        if (kernel > 2 * stride) continue;
        for (size_t k = 0; k < kernel; k += stride) {
            const size_t count = kernel - k < stride ? kernel - k : stride;
            if (halve_taps(&m->convs[j], c->dim[j - 1], c->dim[j], k, count,
                           &m->convs[j].half[k / stride], err))
                return -1;
        }
    }
    return 0;
}

static int halve(Wav2vec2Linear *w, size_t out, size_t in, Error *err) {
    return bf16_matrix(&w->half, bf16_kernel(), out, in, w->full.weight, err);
}

int wav2vec2_use_bfloat16(Wav2vec2 *m, Error *err) {
    const Wav2vec2Config *c = &m->config;
    const size_t n = c->width;
    for (size_t i = 0; i < c->layers; i++) {
        LayerWeights *w = &m->layers[i];
        if (halve(&w->query, n, n, err) || halve(&w->key, n, n, err) ||
            halve(&w->value, n, n, err) || halve(&w->out, n, n, err) ||
            halve(&w->up, c->inner, n, err) || halve(&w->down, n, c->inner, err))
            return -1;
    }
    return halve_convs(m, err);
}

void wav2vec2_free_bfloat16(Wav2vec2 *m) {
    for (size_t j = 0; j < WAV2VEC2_CONVS_MAX; j++)
        for (size_t k = 0; k < 2; k++) bf16_matrix_free(&m->convs[j].half[k]);
    for (size_t i = 0; m->layers && i < m->config.layers; i++) {
        LayerWeights *w = &m->layers[i];
        Wav2vec2Linear *const all[] = {&w->query, &w->key, &w->value, &w->out, &w->up, &w->down};
        for (size_t k = 0; k < sizeof all / sizeof *all; k++) bf16_matrix_free(&all[k]->half);
    }
}
