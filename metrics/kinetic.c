#include "metrics/feature_loops.h"

void kinetic_features(const double *positions, size_t frames, size_t joints, bool corrected,
                      float *out) {
    static const KineticLoops *const ways[] = LOOPS_WAYS(kinetic_loops);
    ways[choice(CHOICE_LANES)]->features(positions, frames, joints, corrected, out);
}
