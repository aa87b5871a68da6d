/* chroma_cens.h: chroma energy, normalised, quantised and smoothed (librosa.feature.chroma_cens).
 */
#ifndef FEATURES_MINT35_CHROMA_CENS_H
#define FEATURES_MINT35_CHROMA_CENS_H

#include <stddef.h>

#include "features/mint35/librosa.h"

/* Constant-Q magnitudes [frames, CQ_BINS] from C1 up -> chroma [frames, 12], C first: the bins of a
 * semitone, in all octaves, added up. */
void chroma_from_cq(const float *magnitude, size_t frames, float *chroma);

/* chroma [frames, 12] (overwritten: quantised) -> out [frames, stride], of which 12 per row are
 * written: each frame scaled to unit sum, each value counted in quarters for exceeding 0.05, 0.1,
 * 0.2, 0.4, smoothed over time by a Hann window of 41 frames (zeros beyond the ends), scaled to
 * unit Euclidean norm (0.11: of values rounded to single precision). */
void chroma_cens(float *chroma, size_t frames, LibrosaVersion version, float *out, size_t stride);

#endif
