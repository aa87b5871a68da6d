/* motion_profile.h: what happens when in a clip, as the paper's Figure 5 shows it. Plain data: this
 * wing draws it, cmd/shared/timeline.h measures it. */
#ifndef EXPORT_MOTION_PROFILE_H
#define EXPORT_MOTION_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

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

void motion_profile_free(MotionProfile *t);

#endif
