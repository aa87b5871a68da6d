/* quantise.h: an image in few colours. */
#ifndef EXPORT_QUANTISE_H
#define EXPORT_QUANTISE_H

#include <stddef.h>

#include "lib/base/error.h"

enum { PALETTE_SIZE = 256 };

/* Colours of the pixels rgb [count, 3]: boxes of colour space are cut at their mean, across the
 * axis of the largest variance, always the box with the largest sum of squared errors (Wan, Wong
 * and Prusinkiewicz 1988), on a grid of 64 steps a channel. *used colours go into palette, index
 * [count] says which each pixel gets. The same pixels give the same palette. */
int quantise(const unsigned char *rgb, size_t count, unsigned char palette[PALETTE_SIZE][3],
             size_t *used, unsigned char *index, Error *err);

#endif
