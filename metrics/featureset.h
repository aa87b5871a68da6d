/* featureset.h: the features of one dance as a protocol wants them. */
#ifndef METRICS_FEATURESET_H
#define METRICS_FEATURESET_H

#include <stdbool.h>

#include "../lib/motion.h"
#include "geometric.h"
#include "kinetic.h"

typedef struct {
    bool anchor;      /* positions relative to the root's in the first used frame */
    bool with_seed;   /* seed frames are used too */
    size_t frames;    /* at most so many, from the first used one; 0: all */
    bool corrected;   /* the mended formulas */
} FeatureOptions;

/* kinetic [3 joints], geometric [GEOMETRIC_FEATURES]. Errors: not 60 fps (the features are defined there), fewer than 3 frames to use, a skeleton
 * that does not fit or has fewer than 22 joints, results that are not finite. */
int motion_features(const Motion *m, const Skeleton *s, const FeatureOptions *o, float *kinetic, float *geometric, Error *err);

#endif
