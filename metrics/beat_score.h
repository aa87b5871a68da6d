/* beat_score.h: BeatAlign of one dance (beats.h), its seed frames and its music's end included or
 * not as the peers do it. */
#ifndef METRICS_BEAT_SCORE_H
#define METRICS_BEAT_SCORE_H

#include "lib/motion/pose_track.h"
#include "metrics/beats.h"

typedef struct {
    bool from_music; /* mean over music beats that have a frame of speed (Bailando), not over
                        kinematic beats (FACT) */
    bool with_seed; /* false: kinematic beats are found in the whole clip, then both kinds before
                       the seed's end are dropped (the fork of mint) */
    bool forward; /* see BeatStyle */
    double smooth, order,
        sigma; /* frames at 60 fps, scaled to the dance's rate; order is rounded, at least 1 */
} BeatOptions;

typedef struct {
    size_t kinematic, music; /* beats that counted */
    double score;
} BeatScore;

/* b: the whole clip, of which `seed` frames were given. beats: one value per frame of music at b's
 * rate, not 0 where a beat is. Errors: no frame after the seed, no music beat there (the peers
 * raise an exception). Without kinematic beats the score is 0 in both directions. */
int beat_score(const PoseTrack *b, size_t seed, const float *beats, size_t frames,
               const BeatOptions *o, BeatScore *out, Error *err);

#endif
