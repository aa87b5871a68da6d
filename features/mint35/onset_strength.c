/* onset_strength.c: librosa.onset.onset_strength (0.11): lag 1, max_size 1, no detrending, mean,
 * center=True. */
#include "features/mint35/onset_strength.h"

#include "features/mint35/mint35.h"

enum { LAG = 1, SHIFT = LAG + MINT35_FFT / (2 * MINT35_HOP) };

void onset_strength(const float *mel_db, size_t frames, size_t bands, float *envelope) {
    for (size_t t = 0; t < frames && t < SHIFT; t++) envelope[t] = 0;
    for (size_t t = SHIFT; t < frames; t++) {
        const float *now = mel_db + (t - SHIFT + LAG) * bands;
        const float *before = now - LAG * bands;
        float sum = 0;
        for (size_t b = 0; b < bands; b++) sum += now[b] > before[b] ? now[b] - before[b] : 0;
        envelope[t] = sum / (float)bands;
    }
}
