/* encoder_set.h: the features of all encoders as one set of music features (features/features.h):
 * which one is computed is what the identity says (recipe.h). */
#ifndef FEATURES_ENCODERS_ENCODER_SET_H
#define FEATURES_ENCODERS_ENCODER_SET_H

#include "features/features.h"

extern const FeatureSet encoder_set;

#endif
