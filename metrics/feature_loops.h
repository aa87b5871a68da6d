/* feature_loops.h: what geometric.h and kinetic.h declare, for the vectors that the processor has
 * (lib/base/loops.h). */
#ifndef METRICS_FEATURE_LOOPS_H
#define METRICS_FEATURE_LOOPS_H

#include "lib/base/loops.h"
#include "metrics/geometric.h"
#include "metrics/kinetic.h"

typedef struct {
    void (*features)(const double *positions, size_t frames, size_t joints, const size_t *joint_of,
                     GeometricVersion version, float out[GEOMETRIC_FEATURES]);
    size_t (*missing)(size_t joints, const size_t *joint_of, GeometricVersion version);
    const char *(*name)(size_t i);
} GeometricLoops;

typedef struct {
    void (*features)(const double *positions, size_t frames, size_t joints, bool corrected,
                     float *out);
} KineticLoops;

LOOPS_DECLARE(GeometricLoops, geometric_loops);
LOOPS_DECLARE(KineticLoops, kinetic_loops);

#endif
