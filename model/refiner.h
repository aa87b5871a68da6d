/* refiner.h: RefineBank by itself, behind motion that no predictor has made (section 4.1): the last
 * part of a step, with join and smoothing. */
#ifndef MODEL_REFINER_H
#define MODEL_REFINER_H

#include "model/model.h"

typedef struct Refiner Refiner;

/* Of a bank or a model, which is borrowed. Where its configuration has no join, seams fade over all
 * K frames: what lies before them was not made by the bank. Fails if it has no RefineBank. */
int refiner_new(Refiner **out, const Model *m, Error *err);
void refiner_free(Refiner *r);

/* past [l, D], future [K, D], which is replaced by the refined frames; genre: the bank's number of
 * it. Fails if they are no longer finite. */
int refiner_run(Refiner *r, const float *past, size_t genre, float *future, Error *err);

#endif
