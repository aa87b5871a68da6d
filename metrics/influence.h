/* influence.h: which features and which dances a Frechet distance comes from [ours]. Each is left
 * out in turn and the distance computed without it: what matters most has the smallest. Without a
 * feature the distance is never larger; without a dance it may be. */
#ifndef METRICS_INFLUENCE_H
#define METRICS_INFLUENCE_H

#include "metrics/set_score.h"

/* real and made as for set_score, scaled by `scale`. features [scale->dim], NaN for those that the
 * scale leaves out; dances [made->dances], NaN where fewer than 2 rows would remain. Fails when
 * memory is out. The same bits for any number of threads. */
int influence_measure(const FeatureMatrix *real, const FeatureMatrix *made,
                      const FeatureScale *scale, double *features, double *dances, Error *err);

#endif
