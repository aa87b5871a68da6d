/* recipe.h: how music features were made of a checkpoint, as the version of an identity
 * (lib/audio/music_identity.h): "layer-7/1a2b3c4d/window-10-2", parts separated by '/':
 *   layers                     encoder_layers_text; "all" where there is no choice
 *   the weights' print         eight hexadecimal digits
 *   output-X, preset-X         where the family has several
 *   window-S-S                 window and overlap in seconds, where songs are cut
 *   normalise-window, -off     where that is not done over the song
 *   linear, fft, native        where frames were not resampled by tents */
#ifndef FEATURES_ENCODERS_RECIPE_H
#define FEATURES_ENCODERS_RECIPE_H

#include "features/encoders/encoder.h"
#include "features/encoders/frame_rate.h"
#include "lib/audio/music_identity.h"

typedef struct {
    EncoderOptions options; /* output and preset point to the texts below once it is parsed */
    FrameRule rule;
    uint32_t print;
    char output[32], preset[32];
} Recipe;

/* What `info` and the options say. Refuses what is too long for a version. */
int recipe_text(const Recipe *r, const EncoderInfo *info, char version[MUSIC_NAME_SIZE],
                Error *err);
/* Whether that is a recipe; fps is left at 0. */
bool recipe_parse(const char *version, Recipe *out);

#endif
