/* preset_rate.h: presets at other rates. Their lengths are seconds of motion written as frames at
 * RATE_UNSAID a second, and their smoothing has a cut-off in Hz: at another rate they become as
 * many frames as last as long, and a lambda that cuts at the same frequency (ConfigKey.rate_power).
 */
#ifndef MODEL_TRAIN_PRESET_RATE_H
#define MODEL_TRAIN_PRESET_RATE_H

#include "model/train/settings.h"

/* A length of the preset at a rate: rounded, at least one frame where it is not 0 (off). */
size_t preset_frames(size_t frames, double fps);

/* Scales the keys of *c whose option was not given; those are in frames of the data. */
void preset_to_rate(const TrainSettings *s, double fps, Config *c);

/* Which keys a run decides: the windows', those of the predictor's steps. */
enum { PRESET_WINDOW = 1, PRESET_STEP = 2 };
enum { PRESET_RATE_TEXT = 300 };
/* "preset small at 30 frames a second: past 30, future 10, ...": what they have become in c; ""
 * where nothing was scaled. */
void preset_rate_text(const TrainSettings *s, const Config *c, int parts,
                      char text[PRESET_RATE_TEXT]);

#endif
