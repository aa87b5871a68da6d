/* beat_score.h: BeatAlign of one dance (beats.h), its seed frames and its music's end included or
 * not as the reference implementations do it. */
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
    double smooth, order, sigma; /* frames at BEAT_FPS; order is rounded, at least 1 */
    size_t lags; /* > 0: also the scores by_lag */
} BeatOptions;

typedef struct {
    size_t kinematic, music; /* beats that counted */
    double score;
    double chance; /* what the same number of beats gets at random places (beat_chance) */
    double *by_lag; /* [2 lags + 1], owned, or NULL: the score with the music's beats -lags to lags
                       frames later [ours]; NaN where none of them is left */
} BeatScore;

/* b: the whole clip, of which `seed` frames were given; its positions are resampled to BEAT_FPS.
 * music [beats]: where the music's beats are, ascending, in frames at BEAT_FPS that need not be
 * whole. Errors: no frame after the seed, no music beat there (the reference implementations raise
 * an exception). Without kinematic beats the score is 0 in both directions. *out must be freed, but
 * need not be after an error. */
int beat_score(const PoseTrack *b, size_t seed, const double *music, size_t beats,
               const BeatOptions *o, BeatScore *out, Error *err);
void beat_score_free(BeatScore *score);

#endif
