/* kinetic.h: kinetic features (Onuma, Faloutsos, Hodgins 2008), as google/aistplusplus_api 2dd7b3e
 * computes them (features/kinetic.py).
 *
 * Per joint, in the order of the joints: horizontal energy, vertical energy, energy expenditure.
 * With p[0..T-1] one joint's positions, dt = 1/60 s, and W(i) the frames i-2 .. i+2 that have the
 * neighbours they need:
 *   v(i)        = mean over k in W(i) of (p[k] - p[k-1]) / dt
 *   horizontal  = sum over i = 1..T-1 of (v_x^2 + v_z^2) / (T-1)
 *   vertical    = the same of v_y^2 (y is up)
 *   expenditure = sum over i = 1..T-1 of |mean over k in W(i) of a(k)| / (T-1)
 *   a(k)        = ((p[k+1] - p[k]) / dt - (p[k] - p[k-1] / dt)) / dt
 * a(k) is not the acceleration: a pair of brackets is missing around p[k] - p[k-1]. Every published
 * number has it, and it makes the feature depend on where the dancer stands. `corrected` puts the
 * brackets in. */
#ifndef METRICS_KINETIC_H
#define METRICS_KINETIC_H

#include <stdbool.h>
#include <stddef.h>

enum { KINETIC_PER_JOINT = 3, FEATURE_FRAMES_MIN = 3 /* below it some window has no frame */ };

/* positions [frames, joints, 3] in metres at 60 fps; out [3 joints]. frames must be at least
 * FEATURE_FRAMES_MIN. */
void kinetic_features(const double *positions, size_t frames, size_t joints, bool corrected,
                      float *out);

#endif
