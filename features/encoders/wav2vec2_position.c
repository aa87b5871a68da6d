/* wav2vec2_position.c: the positional convolution. Its kernel of 128 taps would be as many small
 * products. A group's channels are copied side by side; then STEP neighbouring taps are one product
 * for every STEP-th frame. In bfloat16 all taps are one: there rows may share numbers. */
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_parts.h"
#include "lib/base/memory.h"
#include "lib/nn/kernels/loops.h"
#include "lib/nn/kernels/matmul.h"
#include "lib/nn/kernels/row_kernels.h"

enum { STEP = 8 };

/* Group g of x, zeros on both sides -> packed [frames + 2 pad, group]. */
static void pack(const Wav2vec2Config *c, const float *x, size_t frames, size_t g, float *packed) {
    const size_t n = c->width, pad = c->position_kernel / 2, group = n / c->position_groups;
    memset(packed, 0, pad * group * sizeof *packed);
    for (size_t t = 0; t < frames; t++)
        memcpy(packed + (pad + t) * group, x + t * n + g * group, group * sizeof *packed);
    memset(packed + (pad + frames) * group, 0, pad * group * sizeof *packed);
}

static void convolve_group(const Wav2vec2 *m, const float *packed, size_t frames, size_t g,
                           float *y) {
    const Wav2vec2Config *c = &m->config;
    const size_t n = c->width, kernel = c->position_kernel, group = n / c->position_groups;
    const float *taps = m->position_taps + g * kernel * group * group;
    for (size_t first = 0; first < STEP && first < frames; first++) {
        const size_t rows = (frames - first + STEP - 1) / STEP;
        for (size_t k = 0; k < kernel; k += STEP) {
            const size_t count = kernel - k < STEP ? kernel - k : STEP;
            matmul(rows, group, count * group, 1, packed + (first + k) * group, STEP * group,
                   taps + k * group * group, group, 1, y + first * n + g * group, STEP * n);
        }
    }
}

/* The same in bfloat16; half: room for the packed numbers, rounded. */
static void convolve_half(const Wav2vec2 *m, const float *packed, size_t frames, size_t g,
                          void *half, float *y) {
    const Wav2vec2Config *c = &m->config;
    const size_t group = c->width / c->position_groups, kernel = c->position_kernel;
    const Bf16Matrix *w = &m->position_halves[g];
    bf16_round_numbers(w->kernel, packed, (frames + kernel - 1) * group, half, 0);
    bf16_end_rows(w->kernel, frames, group, w->in, half);
    bf16_product_rows(w, half, 0, group, frames, m->position_bias + g * group, y + g * group,
                      c->width);
}

/* Group g in all: packed and half are its own. */
static void run_group(const Wav2vec2 *m, const float *x, size_t frames, size_t g, float *packed,
                      void *half, float *y) {
    const Wav2vec2Config *c = &m->config;
    const size_t group = c->width / c->position_groups;
    pack(c, x, frames, g, packed);
    if (half) {
        convolve_half(m, packed, frames, g, half, y);
        return;
    }
    if (m->position_rounded)
        loops_of_elements()->round(packed, packed, (frames + c->position_kernel) * group);
    convolve_group(m, packed, frames, g, y);
}

/* Bytes of a group's rounded numbers, whole lines of the cache; 0 for float. */
static size_t half_size(const Wav2vec2 *m, size_t frames) {
    if (!m->position_halves) return 0;
    const size_t group = m->config.width / m->config.position_groups;
    const Bf16Matrix *w = &m->position_halves[0];
    return (bf16_rows_size(w->kernel, frames, group, w->in) + 63) / 64 * 64;
}

int wav2vec2_add_position(const Wav2vec2Run *r, float *x, size_t frames) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t n = c->width, groups = c->position_groups, group = n / groups;
    const size_t room = (frames + c->position_kernel) * group;
    const size_t half = half_size(r->m, frames);
    float *packed = wav2vec2_room(r, groups, room), *y = wav2vec2_room(r, frames, n);
    char *halves = half ? memory_block(groups * half) : NULL;
    int status = packed && y ? 0 : -1;
    if (half && !halves)
        status = error_set(r->err, "out of memory for %zu frames of sound", frames);
    if (!status) {
        for (size_t t = 0; t < frames; t++) memcpy(y + t * n, r->m->position_bias, n * sizeof *y);
#pragma omp parallel for schedule(static)
        for (size_t g = 0; g < groups; g++)
            run_group(r->m, x, frames, g, packed + g * room, half ? halves + g * half : NULL, y);
        wav2vec2_gelu(y, frames, n);
        wav2vec2_tell(r, "pos_conv", y, frames, n);
        for (size_t i = 0; i < frames * n; i++) x[i] += y[i];
    }
    free(halves);
    free(packed);
    free(y);
    return status;
}
