/* mfcc.h: mel-frequency cepstral coefficients (librosa.feature.mfcc). */
#ifndef FEATURES_MINT35_MFCC_H
#define FEATURES_MINT35_MFCC_H

#include <stddef.h>

#include "lib/base/error.h"

/* mel_db [frames, bands] in dB -> out [frames, stride], of which the first `count` of each row are
 * written: the orthonormal type-II discrete cosine transform of the row, its first coefficients. */
int mfcc(const float *mel_db, size_t frames, size_t bands, size_t count, float *out, size_t stride,
         Error *err);

#endif
