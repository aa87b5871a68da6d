/* affinity_loops.h: the messages of affinity propagation along a row, for the vectors that the
 * processor has (lib/base/loops.h). */
#ifndef MODEL_CLUSTER_AFFINITY_LOOPS_H
#define MODEL_CLUSTER_AFFINITY_LOOPS_H

#include <stddef.h>

#include "lib/base/loops.h"

enum { AFFINITY_LANES = 16 };

/* The two largest values seen, lane by lane. */
typedef struct {
    float first[AFFINITY_LANES], second[AFFINITY_LANES];
} TopTwo;

static inline void top_two_add(TopTwo *top, int lane, float v) {
    float low = v < top->first[lane] ? v : top->first[lane];
    top->second[lane] = low > top->second[lane] ? low : top->second[lane];
    top->first[lane] = v > top->first[lane] ? v : top->first[lane];
}

typedef struct {
    /* The next availabilities for k in [from, to); gathers A + S in top. */
    void (*availability)(float *a, const float *r, const float *s, const float *support,
                         size_t from, size_t to, float damping, TopTwo *top);
    /* The next responsibilities; adds max(0, R) to sums. first, second: the largest A + S. */
    void (*responsibility)(float *r, const float *a, const float *s, float *sums, size_t from,
                           size_t to, float damping, float first, float second);
} AffinityLoops;

LOOPS_DECLARE(AffinityLoops, affinity_loops);

#endif
