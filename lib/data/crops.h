/* crops.h: the training set in memory and the windows that an epoch visits. */
#ifndef LIB_DATA_CROPS_H
#define LIB_DATA_CROPS_H

#include "lib/base/error.h"
#include "lib/base/rng.h"

typedef struct {
    const float *motion; /* [frames, motion_dim] */
    const float *music;  /* [music_frames, music_dim]; NULL without */
    size_t frames, music_frames, genre;
} Sequence;

typedef struct {
    const Sequence *items;
    size_t count, motion_dim, music_dim;
} Corpus;

typedef struct {
    size_t sequence, first;
} Window;

/* Windows of `motion` frames and (0: none) `music` frames, both from the same first frame, at phase + stride i. */
typedef struct {
    size_t motion, music, stride;
} WindowShape;

/* At most so many windows in any epoch. */
size_t windows_most(const Corpus *c, WindowShape shape);

/* Fills `windows` (room for windows_most): with rng, a random phase per sequence, limited so that every sequence long enough
 * has at least one window, and shuffled; without (NULL), phase 0 in order. Returns their number. */
size_t windows_epoch(const Corpus *c, WindowShape shape, Rng *rng, Window *windows);

#endif
