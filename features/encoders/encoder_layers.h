/* encoder_layers.h: which hidden states are wanted, as users write it: "7", "4,8,12", "mean",
 * "last". */
#ifndef FEATURES_ENCODERS_ENCODER_LAYERS_H
#define FEATURES_ENCODERS_ENCODER_LAYERS_H

#include "features/encoders/encoder.h"

/* "last" is kept as ENCODER_LAST until the number of states is known. */
enum { ENCODER_LAST = 1 << 16 };
int encoder_layers_parse(const char *text, EncoderLayers *out, Error *err);

/* `wanted`, or the default where nothing is, against states 0 ... states - 1 -> *out. */
int encoder_layers_check(const EncoderLayers *wanted, size_t states, EncoderLayers initial,
                         EncoderLayers *out, Error *err);

/* "layer-7", "layers-4+8+12", "layer-mean": how identities call them (features/features.h). */
enum { ENCODER_LAYERS_TEXT = 100 };
char *encoder_layers_text(const EncoderLayers *layers, char text[ENCODER_LAYERS_TEXT]);

#endif
