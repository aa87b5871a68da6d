/* constant_q.h: constant-Q transform of 7 octaves with 36 bins each (librosa.cqt as chroma_cens
 * uses it). */
#ifndef FEATURES_MINT35_CONSTANT_Q_H
#define FEATURES_MINT35_CONSTANT_Q_H

#include <stddef.h>

#include "features/mint35/librosa.h"
#include "lib/base/error.h"

enum { CQ_OCTAVES = 7, CQ_PER_OCTAVE = 36, CQ_BINS = CQ_OCTAVES * CQ_PER_OCTAVE };

/* y [n >= 1] at `rate` Hz -> magnitude [1 + n / hop, CQ_BINS], bin 0 at C1 (32.7 Hz) shifted by
 * `tuning` bins. hop is divisible by 64. Refuses rates whose Nyquist frequency lies below the
 * highest filter. */
int constant_q(const float *y, size_t n, double rate, size_t hop, double tuning,
               LibrosaVersion version, float *magnitude, Error *err);

#endif
