/* wav2clip_parts.h: the weights of wav2clip.h and its network. */
#ifndef FEATURES_ENCODERS_WAV2CLIP_PARTS_H
#define FEATURES_ENCODERS_WAV2CLIP_PARTS_H

#include "features/encoders/checkpoint.h"
#include "features/encoders/wav2clip.h"

/* A convolution with the batch norm behind it folded in. */
typedef struct {
    size_t in, out, kernel, stride, pad;
    float *weight; /* [kernel columns][out][kernel rows][in] */
    float *bias; /* [out] */
} Wav2clipConv;

typedef struct {
    Wav2clipConv first, second, shortcut; /* shortcut.weight NULL: none */
} Wav2clipBlock;

enum { WAV2CLIP_LAYERS = 4, WAV2CLIP_BLOCKS = 2 };

struct Wav2clip {
    size_t width;
    WeightBlocks blocks; /* owns all floats */
    Wav2clipConv stem;
    Wav2clipBlock layers[WAV2CLIP_LAYERS][WAV2CLIP_BLOCKS];
    Affine linear1, linear2;
};

/* Pictures [count, height, width, channels], channels innermost. */
typedef struct {
    size_t count, height, width, channels;
    float *x;
} Pictures;

/* The size of what a convolution, or the pooling behind the stem, makes of pictures; .x NULL. */
Pictures wav2clip_conv_size(const Wav2clipConv *c, Pictures in);
Pictures wav2clip_pool_size(Pictures in);

/* Floats that one picture [bins, columns] takes on its way, and that all need together. */
size_t wav2clip_room(const Wav2clip *m, size_t columns);
size_t wav2clip_shared_room(const Wav2clip *m);

/* Is given stem, layer1 ... as they are computed. */
typedef void Wav2clipLayer(void *context, const char *name, const Pictures *p);

/* spectra [count, bins, columns] -> pooled [count, 8 width], embedding [count, 8 width]. room:
 * count * wav2clip_room + wav2clip_shared_room floats. layer may be NULL. */
void wav2clip_network(const Wav2clip *m, float *spectra, size_t count, size_t columns, float *room,
                      float *pooled, float *embedding, Wav2clipLayer *layer, void *context);

#endif
