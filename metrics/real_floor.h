/* real_floor.h: how far real dances are from each other: what a distance between generated and real
 * dances is to be compared with. The real dances are split at random into two halves, `halves`
 * times, and the distance of the two computed each time [ours]. */
#ifndef METRICS_REAL_FLOOR_H
#define METRICS_REAL_FLOOR_H

#include "metrics/set_score.h"

typedef struct {
    double fid, robust; /* means over the splits */
    double fid_low, fid_high; /* 2.5% and 97.5% quantiles over the splits */
    double robust_low, robust_high;
    double dist; /* Dist of all clips, to which that of generated dances compares: shares of frames
                    vary more in short dances */
    size_t clips; /* rows of both halves */
} RealFloor;

/* real: the dances' clips, scaled by `scale` as the compared set is. All clips of a dance are in
 * one half; with an odd number of dances one is left out. The same for any number of threads.
 * Errors: fewer than 2 dances, a half of fewer than 2 clips, memory. */
int real_floor(const FeatureMatrix *real, const FeatureScale *scale, size_t halves, uint64_t seed,
               RealFloor *out, Error *err);

#endif
