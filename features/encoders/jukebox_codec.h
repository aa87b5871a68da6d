/* jukebox_codec.h: sound to Jukebox's codes: the encoder of the VQ-VAE's last level and its
 * codebook. Reference: jukebox/vqvae/{encdec,resnet,bottleneck}.py.
 *
 * A level's block: so many times a convolution of 4 taps and stride 2, padding 1, and residual
 * units x + conv1(relu(conv3(relu(x), dilation growth^d))); then a convolution of 3 taps. A code is
 * the row of the codebook that is nearest to the result, the first of equally near ones. */
#ifndef FEATURES_ENCODERS_JUKEBOX_CODEC_H
#define FEATURES_ENCODERS_JUKEBOX_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "features/encoders/encoder.h"
#include "features/encoders/jukebox_config.h"

typedef struct JukeboxCodec JukeboxCodec;

/* Reads a VQ-VAE's weights: a file of torch.save or a .safetensors file; what belongs to other
 * levels and to decoders is left alone. *out is NULL on error. Errors begin with the path. */
int jukebox_codec_load(const char *path, const JukeboxConfig *c, JukeboxCodec **out, Error *err);
void jukebox_codec_free(JukeboxCodec *codec);
uint64_t jukebox_codec_print(const JukeboxCodec *codec); /* of the weights */

/* Codes first .. first + n - 1 of samples [count], mono, -1 to 1, which have count / hop codes. As
 * much of the neighbourhood is encoded with them as they can depend on: a song's codes are the same
 * however it is cut, up to rounding. stage: may be NULL. */
int jukebox_codec_run(const JukeboxCodec *codec, const float *samples, size_t count, size_t first,
                      size_t n, size_t *codes, EncoderStage *stage, void *context, Error *err);

/* Floating-point operations of one code. */
double jukebox_codec_operations(const JukeboxConfig *c);

#endif
