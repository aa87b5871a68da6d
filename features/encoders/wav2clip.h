/* wav2clip.h: Wav2CLIP's encoder of sound (Wu et al. 2022, arXiv 2110.11499): pieces of sound to
 * log power spectra, all brought to one mean and deviation, to vectors in CLIP's space by a
 * ResNet-18 (He et al. 2016) and two linear layers; as package wav2clip 0.1.0 computes it in
 * evaluation mode, its transform to CLIP's space included. */
#ifndef FEATURES_ENCODERS_WAV2CLIP_H
#define FEATURES_ENCODERS_WAV2CLIP_H

#include <stddef.h>
#include <stdint.h>

#include "features/encoders/encoder.h"
#include "lib/base/error.h"

enum { WAV2CLIP_FFT = 512, WAV2CLIP_HOP = 353, WAV2CLIP_BINS = WAV2CLIP_FFT / 2 + 1 };

typedef struct Wav2clip Wav2clip;

/* Reads Wav2CLIP.pt of a folder, or the weights under another published name (weights.h). Sizes
 * are those of its tensors. The transform of images (image_transform) is ignored; whatever else is
 * missing, of another shape or too many is refused by name. *out is NULL on error. Errors begin
 * with a path. */
int wav2clip_load(const char *folder, Wav2clip **out, Error *err);
void wav2clip_free(Wav2clip *m);
size_t wav2clip_width(const Wav2clip *m); /* channels of the first layer: 64 as published */
size_t wav2clip_embedding(const Wav2clip *m); /* numbers of a vector: 8 widths */
uint64_t wav2clip_print(const Wav2clip *m); /* of the weights */
/* Floating-point operations that are needed for a piece of so many samples. */
double wav2clip_operations(const Wav2clip *m, size_t piece);

/* Samples [(count - 1) hop + piece] cut into pieces: piece i begins at sample i hop. */
typedef struct {
    const float *samples;
    size_t count, piece, hop;
} Wav2clipPieces;

/* Mean and deviation of the log power of all pieces. */
typedef struct {
    double mean, deviation; /* n - 1 in the deviation */
} Wav2clipScale;

/* Refuses pieces too short to be mirrored at their ends. Threads are those of OpenMP; sums do not
 * depend on their number. */
int wav2clip_measure(const Wav2clipPieces *p, Wav2clipScale *out, Error *err);

/* Pieces first ... first + count - 1 -> out [count, embedding]. Where all log powers are equal, as
 * in silence, the network sees zeros. stage may be NULL; it is given, of these pieces: frames
 * [count, piece], log_power, standardised [count, bins, columns], stem, layer1 ... layer4 [count,
 * channels, height, width], pooled [count, channels], embedding. */
int wav2clip_run(const Wav2clip *m, const Wav2clipPieces *p, Wav2clipScale scale, size_t first,
                 size_t count, float *out, EncoderStage *stage, void *context, Error *err);

/* How many pieces to give wav2clip_run at a time: its memory stays below about 64 MB for each
 * thread, as far as one piece allows. */
size_t wav2clip_batch(const Wav2clip *m, size_t piece);

#endif
