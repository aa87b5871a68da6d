#include "metrics/feature_loops.h"

static const GeometricLoops *loops(void) {
    static const GeometricLoops *const ways[] = LOOPS_WAYS(geometric_loops);
    return ways[choice(CHOICE_LANES)];
}

const char *geometric_name(size_t i) { return loops()->name(i); }

size_t geometric_missing(size_t joints, const size_t *joint_of, GeometricVersion version) {
    return loops()->missing(joints, joint_of, version);
}

void geometric_features(const double *positions, size_t frames, size_t joints,
                        const size_t *joint_of, GeometricVersion version,
                        float out[GEOMETRIC_FEATURES]) {
    loops()->features(positions, frames, joints, joint_of, version, out);
}
