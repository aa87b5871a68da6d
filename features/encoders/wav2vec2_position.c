/* wav2vec2_position.c: the positional convolution. Its kernel of 128 taps would be as many small
 * products. A group's channels are copied side by side; then STEP neighbouring taps are one product
 * for every STEP-th frame. */
#include <stdlib.h>
#include <string.h>

#include "features/encoders/wav2vec2_parts.h"
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

int wav2vec2_add_position(const Wav2vec2Run *r, float *x, size_t frames) {
    const Wav2vec2Config *c = &r->m->config;
    const size_t n = c->width, groups = c->position_groups, group = n / groups;
    const size_t room = (frames + c->position_kernel) * group;
    float *packed = wav2vec2_room(r, groups, room), *y = wav2vec2_room(r, frames, n);
    if (packed && y) {
        for (size_t t = 0; t < frames; t++) memcpy(y + t * n, r->m->position_bias, n * sizeof *y);
#pragma omp parallel for schedule(static)
        for (size_t g = 0; g < groups; g++) {
            pack(c, x, frames, g, packed + g * room);
            convolve_group(r->m, packed + g * room, frames, g, y);
        }
        wav2vec2_gelu(y, frames, n);
        wav2vec2_tell(r, "pos_conv", y, frames, n);
        for (size_t i = 0; i < frames * n; i++) x[i] += y[i];
    }
    const int status = packed && y ? 0 : -1;
    free(packed);
    free(y);
    return status;
}
