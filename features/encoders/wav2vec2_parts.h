/* wav2vec2_parts.h: the parts of wav2vec2.h's network. Everything is [time, channel]. */
#ifndef FEATURES_ENCODERS_WAV2VEC2_PARTS_H
#define FEATURES_ENCODERS_WAV2VEC2_PARTS_H

#include "features/encoders/wav2vec2_weights.h"

static const double wav2vec2_conv_epsilon = 1e-5; /* torch's default: norms in the convolutions */

typedef struct {
    const Wav2vec2 *m;
    const Wav2vec2First *first; /* may be NULL */
    Wav2vec2Stage *stage; /* may be NULL */
    void *context;
    Error *err;
} Wav2vec2Run;

static inline void wav2vec2_tell(const Wav2vec2Run *r, const char *name, const float *x,
                                 size_t rows, size_t columns) {
    if (r->stage) r->stage(r->context, name, x, rows, columns);
}

/* rows * columns floats, owned; NULL (and err) where memory is out. */
float *wav2vec2_room(const Wav2vec2Run *r, size_t rows, size_t columns);

/* On all threads: the rows' norm with its affine map, y may be x; x <- gelu(x). */
void wav2vec2_norm(const float *x, Affine a, double epsilon, size_t rows, size_t n, float *y);
void wav2vec2_gelu(float *x, size_t rows, size_t n);

/* What wav2vec2_use_bfloat16 made. */
void wav2vec2_free_bfloat16(Wav2vec2 *m);

/* All convolutions of samples [count] -> y [frames, dim of the last]. -1 where memory is out. */
int wav2vec2_convolve(const Wav2vec2Run *r, const float *samples, size_t count, float *y);

/* x [frames, width] += gelu(grouped convolution of x over time, zeros outside). An even kernel
 * would give one frame more, which is dropped. -1 where memory is out. */
int wav2vec2_add_position(const Wav2vec2Run *r, float *x, size_t frames);

#endif
