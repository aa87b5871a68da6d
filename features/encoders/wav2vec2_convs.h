/* wav2vec2_convs.h: what the ways through wav2vec2.h's convolutions share (wav2vec2_convs.c in
 * float, wav2vec2_half_convs.c in bfloat16). */
#ifndef FEATURES_ENCODERS_WAV2VEC2_CONVS_H
#define FEATURES_ENCODERS_WAV2VEC2_CONVS_H

#include "features/encoders/wav2vec2_parts.h"

enum {
    WAV2VEC2_FIRST_ROWS = 512, /* of the second layer, for which the first is computed at a time */
    WAV2VEC2_PIECE = 16 /* rows that stay in the first-level cache */
};

/* Rows [first[j], first[j] + rows[j]) of every layer j that a tile's frames need. */
typedef struct {
    size_t first[WAV2VEC2_CONVS_MAX], rows[WAV2VEC2_CONVS_MAX];
} Wav2vec2Tile;

/* So many rows of layer j are made of rows of the layer before. */
static inline size_t wav2vec2_rows_below(const Wav2vec2Config *c, size_t j, size_t rows) {
    return (rows - 1) * c->stride[j] + c->kernel[j];
}

/* Rows [from, from + rows) of the first layer, at most WAV2VEC2_PIECE of them, normed, through the
 * GELU -> y. */
void wav2vec2_first_piece(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                          size_t from, size_t rows, float *y);

/* What follows the product of layer j > 0, in place. */
void wav2vec2_activate(const Wav2vec2Run *r, size_t j, float *y, size_t rows);

/* A tile through all layers, more than one, in bfloat16 -> y [rows of the last, its dim]. room: so
 * many bytes for the largest tile, aligned to 64. */
size_t wav2vec2_half_room(const Wav2vec2 *m, const Wav2vec2Tile *largest);
void wav2vec2_half_tile(const Wav2vec2Run *r, const Wav2vec2First *f, const float *samples,
                        const Wav2vec2Tile *t, void *room, float *y);
/* Layer j > 0 by itself: x [.., in] -> y [rows, out]. -1 where memory is out. */
int wav2vec2_half_layer(const Wav2vec2Run *r, size_t j, const float *x, size_t rows, float *y);

#endif
