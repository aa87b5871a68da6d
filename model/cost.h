/* cost.h: the floating-point operations that the networks' matrix products take, 2 m n k for [m, k]
 * times [k, n]: divided by the time they say how near a program is to what the machine can do
 * ("model FLOPs"). Norms, activations, softmax, Adam and what is computed a second time to save
 * memory are not counted. */
#ifndef MODEL_COST_H
#define MODEL_COST_H

#include "model/config.h"

/* One window through `layers` blocks of FACT's transformer, of whose result `wanted` rows are
 * computed (networks.h). */
double cost_transformer(size_t rows, size_t wanted, size_t layers, Dims d);
/* One step of eq. 2 for one dance. */
double cost_step(const Config *c);
/* One window through a stage's loss (1, 2: the banks' auto-encoder; 3: a step), forwards. Backwards
 * there are two products for each of these, so that a training step takes three times as many. */
double cost_stage(const Config *c, int stage);

#endif
