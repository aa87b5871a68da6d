/* musicinput.h: music as a program is given it: features (.npz, .npy) or a sound file, whose features are computed. */
#ifndef CMD_SHARED_MUSICINPUT_H
#define CMD_SHARED_MUSICINPUT_H

#include "lib/musicfile.h"

/* fps: the rate at which features of a sound file are computed. Errors begin with the path. */
int musicinput_read(const char *path, double fps, Music *out, Error *err);

#endif
