/* wav2vec2_bfloat16.c: the weights of products in bfloat16 (lib/nn/kernels/bfloat16.h): linear
 * layers of the transformer, and all convolutions but the first, whose numbers are the sound's
 * samples. */
#include <stdlib.h>

#include "features/encoders/wav2vec2_parts.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/loops.h"

/* Of weights that are there in bfloat16. */
static void drop(Wav2vec2 *m, MatmulWeights *w) {
    weight_blocks_drop(&m->blocks, w->b);
    w->b = NULL;
}

/* Taps [kernel, in, out] as [out, kernel in]. */
static int halve_taps(const float *taps, size_t across, size_t out, Bf16Matrix *to, Error *err) {
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
    for (size_t j = 1; j < c->convs; j++)
        if (halve_taps(m->convs[j].product.b, c->kernel[j] * c->dim[j - 1], c->dim[j],
                       &m->convs[j].half, err))
            return -1;
    for (size_t j = 1; j < c->convs; j++) drop(m, &m->convs[j].product);
    return 0;
}

/* Without instructions for it taps stay where they are. */
static int halve_position(Wav2vec2 *m, Error *err) {
    const Wav2vec2Config *c = &m->config;
    const size_t groups = c->position_groups, n = c->width / groups;
    const size_t across = c->position_kernel * n;
    m->position_rounded = true;
    if (bf16_kernel() == BF16_PLAIN) {
        loops_of_elements()->round(m->position_taps, m->position_taps, groups * across * n);
        return 0;
    }
    m->position_halves = calloc(groups, sizeof *m->position_halves);
    if (!m->position_halves) return error_set(err, "out of memory");
    for (size_t g = 0; g < groups; g++)
        if (halve_taps(m->position_taps + g * across * n, across, n, &m->position_halves[g], err))
            return -1;
    weight_blocks_drop(&m->blocks, m->position_taps);
    m->position_taps = NULL;
    return 0;
}

int wav2vec2_use_bfloat16(Wav2vec2 *m, Error *err) {
    const Wav2vec2Config *c = &m->config;
    for (size_t i = 0; i < c->layers; i++)
        if (encoder_block_prepare(&m->layers[i].linear, true, &m->blocks, err)) return -1;
    return halve_convs(m, err) || halve_position(m, err) ? -1 : 0;
}

void wav2vec2_free_bfloat16(Wav2vec2 *m) {
    for (size_t j = 0; j < WAV2VEC2_CONVS_MAX; j++) bf16_matrix_free(&m->convs[j].half);
    for (size_t g = 0; m->position_halves && g < m->config.position_groups; g++)
        bf16_matrix_free(&m->position_halves[g]);
    free(m->position_halves);
}
