/* clap_parts.h: the weights of clap.h and the parts that it is put together from. */
#ifndef FEATURES_ENCODERS_CLAP_PARTS_H
#define FEATURES_ENCODERS_CLAP_PARTS_H

#include "features/encoders/clap.h"
#include "features/encoders/encoder_linear.h"
#include "features/mint35/mel_spectrogram.h"

typedef struct {
    Affine before, after; /* layer norms */
    EncoderBlock linear;
    float *bias; /* [heads, window^2, window^2]: of a query's and a key's places in a window */
} ClapBlock;

typedef struct {
    size_t grid, width; /* grid^2 tokens of that width */
    ClapBlock *blocks; /* [depth], owned */
    Affine merge_norm; /* of four tokens [4 width]; NULLs in the last stage */
    EncoderLinear merge; /* [2 width, 4 width]; nothing in the last stage */
} ClapStage;

struct Clap {
    ClapConfig config;
    Weights *weights; /* open: most linear layers lie there */
    WeightBlocks blocks; /* owns all other floats */
    MelFilters filters;
    double *window; /* [n_fft] Hann, owned */
    size_t mel_frames; /* of a clip */
    size_t *taps_at; /* [side side / bands][4], owned: frames of which each column of the picture
                        is made */
    float *taps; /* the same, owned: their weights */
    float *band_scale, *band_shift; /* [bands] of the batch norm */
    float *patch_weight, *patch_bias; /* [width, patch^2], [width] */
    Affine patch_norm, norm, linear1, linear2;
    ClapStage stages[CLAP_STAGES_MAX];
};

/* --- clap_mel.c --- */

/* Filters, windows and taps of m, whose config is there; they are freed by clap_free. */
int clap_mel_prepare(Clap *m, Error *err);

/* clip -> mel [mel_frames, bands] in decibels. */
int clap_mel(const Clap *m, const ClapClip *clip, float *mel, Error *err);

/* mel -> image [side, side], batch norm and all; mel is normalised in place. */
void clap_image(const Clap *m, float *mel, float *image);

/* --- clap_swin.c --- */

/* Floats that so many threads work in, in lines of a cache: the weights of the layers that are
 * computed, packed, for all of them; and each one's own part, with room for a piece of a block or
 * of a merge, a row of patches, the vectors. */
size_t clap_room(const Clap *m, size_t threads);
/* The calling thread's own part. */
float *clap_own_room(const Clap *m, float *room);

/* Block b of stage s over x [clips, grid^2, width], in place. windows [grid^2, width], or NULL, is
 * given what attention adds to the first clip, window by window. */
void clap_block(const Clap *m, size_t s, size_t b, float *x, size_t clips, float *windows,
                float *room);

/* Four tokens to one: x [clips, grid^2, width] of stage s -> y [clips, grid^2 / 4, 2 width]. */
void clap_merge(const Clap *m, size_t s, const float *x, size_t clips, float *y, float *room);

#endif
