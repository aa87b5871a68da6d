#include "features/mint35/feature_loops.h"

const FeatureLoops *feature_loops_chosen(void) {
    static const FeatureLoops *const ways[] = LOOPS_WAYS(feature_loops);
    return ways[choice(CHOICE_LANES)];
}
