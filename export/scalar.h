/* scalar.h: the smaller, the larger and the clamped of floats, as comparisons: fminf and fmaxf are
 * library calls that a loop cannot be vectorised over, because they must pass NaNs over. */
#ifndef EXPORT_SCALAR_H
#define EXPORT_SCALAR_H

static inline float scalar_min(float a, float b) { return a < b ? a : b; }
static inline float scalar_max(float a, float b) { return a > b ? a : b; }
static inline float scalar_clamp(float x) { return scalar_min(scalar_max(x, 0), 1); }

#endif
