/* plot_features.h: a song's features over time as a picture: a heat map of the standardised
 * columns, the marks of onsets and beats, and the self-similarity of its moments. */
#ifndef EXPORT_PLOT_FEATURES_H
#define EXPORT_PLOT_FEATURES_H

#include "export/feature_map.h"
#include "lib/base/buffer.h"

/* An SVG of one width and of at most one height, below a megabyte, whatever the features are. The
 * heat map shows deviations from -3 (blue) to 3 (red), the self-similarity cosines from -1 to 1,
 * its time going right and up. title: above it all. */
int plot_features(const FeatureMap *map, const char *title, Buffer *out, Error *err);

#endif
