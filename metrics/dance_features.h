/* dance_features.h: the features of one dance as a protocol wants them. */
#ifndef METRICS_DANCE_FEATURES_H
#define METRICS_DANCE_FEATURES_H

#include <stdbool.h>

#include "lib/motion/pose_track.h"
#include "metrics/geometric.h"
#include "metrics/kinetic.h"

enum { FEATURE_FPS = 60 }; /* at which features are defined */

typedef struct {
    double rate; /* frames a second at which the dance is looked at; 0: its own */
    size_t frames; /* at most so many from the first on, at 60 frames a second; 0: all */
    double clip, hop; /* seconds: clips of so many, so many apart, as if each were a dance; clip 0:
                         the whole */
    bool anchor; /* positions relative to the root's in the first frame */
    bool corrected; /* the corrected formulas */
    bool legacy_manual; /* geometric features of the first version (geometric.h) */
    const size_t
        *joint_of; /* which joint is which of SMPL's (geometric.h); NULL: in SMPL's order */
} DanceFeatureOptions;

const char *dance_feature_formulas(const DanceFeatureOptions *o); /* published, corrected, ... */

/* One row for each clip: full clips only, the whole dance where it is shorter than one. */
typedef struct {
    size_t rows, joints;
    size_t frames; /* of each of them, at FEATURE_FPS */
    float *kinetic, *geometric; /* [rows, 3 joints], [rows, GEOMETRIC_FEATURES]; owned */
} DanceFeatureRows;

/* b is changed: resampled to FEATURE_FPS (lib/motion/resample_motion.h), anchored.
 * Errors: fewer than 3 frames, a joint missing that the geometric features need, results that are
 * not finite. *out is empty on error. */
int dance_feature_rows(PoseTrack *b, const DanceFeatureOptions *o, DanceFeatureRows *out,
                       Error *err);
void dance_feature_rows_free(DanceFeatureRows *f);

#endif
