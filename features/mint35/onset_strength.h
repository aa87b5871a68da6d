/* onset_strength.h: how much the sound swells from frame to frame (librosa.onset.onset_strength).
 */
#ifndef FEATURES_MINT35_ONSET_STRENGTH_H
#define FEATURES_MINT35_ONSET_STRENGTH_H

#include <stddef.h>

/* mel_db [frames, bands] in dB -> envelope [frames]: mean over the bands of max(0, mel_db[t] -
 * mel_db[t - 1]), 2048 / (2 * 512) = 2 frames later, so that the first three frames are 0. */
void onset_strength(const float *mel_db, size_t frames, size_t bands, float *envelope);

#endif
