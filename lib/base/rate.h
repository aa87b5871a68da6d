/* rate.h: frames a second of two things that are joined. */
#ifndef LIB_BASE_RATE_H
#define LIB_BASE_RATE_H

#include <math.h>
#include <stdbool.h>

/* Equal up to what a rate of a few digits loses when it is written and read again. */
static inline bool rate_same(double a, double b) { return fabs(a - b) <= 1e-6 * fmax(a, b); }

#endif
