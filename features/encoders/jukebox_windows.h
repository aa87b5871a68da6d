/* jukebox_windows.h: where the windows of jukebox_song.h lie, and how the states of a slice are
 * resampled. */
#ifndef FEATURES_ENCODERS_JUKEBOX_WINDOWS_H
#define FEATURES_ENCODERS_JUKEBOX_WINDOWS_H

#include <stddef.h>

#include "lib/base/error.h"

/* Windows of `length` frames, every `step` of them, of a song of `frames` of them. */
typedef struct {
    size_t count, length, step, frames;
} JukeboxWindows;

/* length is cut to the song's; overlap is below it or count is 1. */
JukeboxWindows jukebox_windows(size_t frames, size_t length, size_t overlap);
/* The first frame of window w, and how many of its frames the window before it has already. */
size_t jukebox_window_first(const JukeboxWindows *w, size_t i);
size_t jukebox_window_known(const JukeboxWindows *w, size_t i);

/* The matrix of scipy.signal.resample from `in` to `out` points, both at least 1, for use with any
 * number of columns: [out, in], owned; NULL if memory is out. */
float *jukebox_fft_matrix(size_t in, size_t out);

#endif
