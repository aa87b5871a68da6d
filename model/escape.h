/* escape.h: a dance that has come to repeat itself gets away [ours].
 *
 * A model that feeds itself can end in a state that it maps onto itself: every step makes the
 * frames of the step before once more, for ever. Real dancers repeat themselves, but never to the
 * hundredth of what their joints move. */
#ifndef MODEL_ESCAPE_H
#define MODEL_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/nn/real.h"

enum { ESCAPE_PERIODS = 3 }; /* steps of the longest loop that is looked for */

typedef struct {
    const real *mean, *std; /* [dim], of the networks' coordinates */
    bool heading; /* they are of bodies turned by their own heading */
    double share;
} Escape;

/* motion [end, dim], whose frames [end - step, end) a step has just made, the seed's being [0,
 * past). Looks for the loop of fewest steps, 1 to ESCAPE_PERIODS: of p of them if the newest 2 p
 * steps or more, r p, are what was there p steps earlier, within 0.02 standard deviations (root
 * mean square over the columns of joints, for every frame). Then frame k of the step, from 1, moves
 * towards the mean by the share
 *     k / step * min(1, share * (r - 1)):
 * joints, height and, with `heading`, how the root is tilted, while place and heading stay. Returns
 * whether there was a loop. */
bool escape_loop(const Escape *e, float *motion, size_t dim, size_t past, size_t end, size_t step);

#endif
