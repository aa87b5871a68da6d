/* The registry: one row for each predictor, the first being FACT. */
#include "model/predictors/predictors.h"

extern const Predictor predictor_fact;
extern const Predictor predictor_revolution;
extern const Predictor predictor_phd;
extern const Predictor predictor_dancenet;
extern const Predictor predictor_li;

const Predictor *const predictor_registry[] = {
    &predictor_fact,     &predictor_revolution, &predictor_phd,
    &predictor_dancenet, &predictor_li,         NULL,
};
