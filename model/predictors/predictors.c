/* The registry: one row for each predictor, the first being FACT. */
#include "model/predictors/predictors.h"

extern const Predictor predictor_fact;

const Predictor *const predictor_registry[] = {
    &predictor_fact,
    NULL,
};
