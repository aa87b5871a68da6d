/* keep_within.h: a dance that stays on a stage [ours]. */
#ifndef MODEL_KEEP_WITHIN_H
#define MODEL_KEEP_WITHIN_H

#include <stddef.h>

/* Moves the roots of frames [first, end) of motion [end, dim] on the floor, as a step left them,
 * where they are more than `radius` metres, r, from frame 0's: the part of each frame's movement
 * that leads straight away from there becomes shorter by the share e, the part that leads back
 * longer,
 *     e = min(1, r / radius - 1) / 2,
 * r being that of the frame before. Turns, heights and poses stay; first > 0. */
void keep_within(float *motion, size_t dim, size_t first, size_t end, double radius);

#endif
