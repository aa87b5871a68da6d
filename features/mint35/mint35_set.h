/* mint35_set.h: mint35's row of the registry. */
#ifndef FEATURES_MINT35_MINT35_SET_H
#define FEATURES_MINT35_MINT35_SET_H

#include "features/features.h"

extern const FeatureSet mint35_set;

#endif
