/* crops.h: the training set in memory and the windows that an epoch visits. */
#ifndef LIB_DATA_CROPS_H
#define LIB_DATA_CROPS_H

#include "lib/base/error.h"
#include "lib/base/rng.h"
#include "lib/data/sequence.h"

typedef struct {
    const Sequence *items;
    size_t count, motion_dim, music_dim;
} Corpus;

typedef struct {
    size_t sequence, first;
} Crop;

/* Windows of `motion` frames and (0: none) `music` frames, both from the same first frame, at phase
 * + stride i. */
typedef struct {
    size_t motion, music, stride;
} CropShape;

/* At most so many windows in any epoch. */
size_t crops_max(const Corpus *c, CropShape shape);

/* Fills `windows` (room for crops_max): with rng, a random phase per sequence, limited so that
 * every sequence long enough has at least one window, and shuffled; without (NULL), phase 0 in
 * order. Returns their number. */
size_t crops_epoch(const Corpus *c, CropShape shape, Rng *rng, Crop *windows);

#endif
