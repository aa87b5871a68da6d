/* onset_detect.h: frames where notes begin (librosa.onset.onset_detect). */
#ifndef FEATURES_MINT35_ONSET_DETECT_H
#define FEATURES_MINT35_ONSET_DETECT_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"

/* envelope [frames >= 1] (onset strength) -> onset [frames]: true at frames that, in the envelope
 * scaled to 0..1, are the largest of the last 30 ms and at least 0.07 above the mean of 100 ms
 * before and after, no two within 30 ms. An envelope of zeros has none. */
int onset_detect(const float *envelope, size_t frames, double rate, size_t hop, bool *onset,
                 Error *err);

#endif
