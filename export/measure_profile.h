/* measure_profile.h: measures what export/timeline.h holds. */
#ifndef EXPORT_MEASURE_PROFILE_H
#define EXPORT_MEASURE_PROFILE_H

#include "export/clip.h"
#include "export/motion_profile.h"
#include "lib/audio/music_file.h"
#include "metrics/thresholds.h"

/* Deltas of the whole clip, frozen windows as freeze-rate counts them (after the seed), kinematic
 * beats as beat-align finds them. t NULL: no windows are marked; music NULL: no music beats. *out
 * owns its arrays and is empty on error. Errors: music of another rate or without beats' column. */
int motion_profile_measure(const Clip *c, const Thresholds *t, const Music *music,
                           MotionProfile *out, Error *err);

#endif
