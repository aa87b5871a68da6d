/* rotate_heading.h: motion rotated about the vertical axis, as a differentiable op. */
#ifndef MODEL_ROTATE_HEADING_H
#define MODEL_ROTATE_HEADING_H

#include "lib/nn/ops/ops.h"

/* Motion rotated about the vertical so that the reference frame [1, cols] (which gets no gradient)
 * faces straight ahead (direction -1), or back again (+1) */
Value op_rotate_heading(Graph *g, Value x, Value reference, double direction);

#endif
