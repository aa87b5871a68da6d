/* wave.h: sound files: 16-bit mono .wav. */
#ifndef DEMO_WAVE_H
#define DEMO_WAVE_H

#include <stddef.h>

#include "lib/base/error.h"

/* samples in [-1, 1]; what lies outside is clipped. Atomic. */
int wave_write(const char *path, const float *samples, size_t count, unsigned rate, Error *err);

#endif
