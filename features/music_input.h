/* music_input.h: music as a program is given it: features (.npz, .npy) or a sound file, whose
 * features are computed. */
#ifndef FEATURES_MUSIC_INPUT_H
#define FEATURES_MUSIC_INPUT_H

#include "lib/audio/music_file.h"

/* fps: the rate at which features of a sound file are computed. Errors begin with the path. */
int music_input_read(const char *path, double fps, Music *out, Error *err);

#endif
