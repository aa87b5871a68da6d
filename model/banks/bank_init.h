/* bank_init.h: what the banks hold before training moves them. */
#ifndef MODEL_BANKS_BANK_INIT_H
#define MODEL_BANKS_BANK_INIT_H

#include "model/model.h"

/* Stage 1's start: item i of genre g becomes the mean encoder output of centre i; centers
 * [genres][items, l, D]. */
int bank_initialise(Model *m, const float *const *centers, Error *err);
/* After stage 1: the past-future bank from the manifold bank (section 4.3, figure 4). The middle
 * one of an odd l belongs to neither half. */
int bank_derive_transit(Model *m, Error *err);

#endif
