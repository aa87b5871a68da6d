/* motion_profile.h: what happens when in a clip, as the paper's Figure 5 shows it: how much the
 * pose and the place change from frame to frame, which windows are frozen, where the beats are. */
#ifndef EXPORT_MOTION_PROFILE_H
#define EXPORT_MOTION_PROFILE_H

#include <stdbool.h>

#include "export/clip.h"
#include "lib/audio/music_file.h"
#include "metrics/thresholds.h"

typedef struct {
    size_t frames; /* of the clip, seed included */
    double *pose, *trans; /* [frames - 1] degrees and cm from frame t to t+1; owned */
    size_t first, length; /* frozen windows: window w begins at frame first + w * length */
    size_t windows;
    bool *frozen; /* [windows], owned; NULL where no thresholds were given */
    double pose_threshold, trans_threshold; /* NaN likewise */
    size_t *beats, beat_count; /* frames of kinematic beats; owned */
    size_t *music_beats, music_beat_count; /* frames of the music's beats within the clip; owned;
                                              none where there is no music */
} MotionProfile;

/* Deltas of the whole clip, frozen windows as freeze-rate counts them (after the seed), kinematic
 * beats as beat-align finds them, all of clip_measured. t NULL: no windows are marked; music NULL:
 * no music beats. *out is empty on error. Errors: music of another rate or without a column of
 * beats. */
int motion_profile_measure(const Clip *c, const Thresholds *t, const Music *music,
                           MotionProfile *out, Error *err);
void motion_profile_free(MotionProfile *p);

#endif
