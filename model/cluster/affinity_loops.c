#include "model/cluster/affinity_loops.h"

/* A(i,k) = min(0, R(k,k) + sum over i' other than i and k of max(0, R(i',k))), damped. */
static inline float next_availability(float a, float r, float support, float damping) {
    float message = support - (r > 0.0f ? r : 0.0f);
    return damping * a + (1.0f - damping) * (message < 0.0f ? message : 0.0f);
}

/* For k in [from, to); gathers A + S. */
static void availability(float *restrict a, const float *restrict r, const float *restrict s,
                         const float *restrict support, size_t from, size_t to, float damping,
                         TopTwo *top) {
    TopTwo t = *top;
    size_t k = from;
    for (; k + AFFINITY_LANES <= to; k += AFFINITY_LANES) {
#pragma omp simd
        for (int lane = 0; lane < AFFINITY_LANES; lane++) {
            size_t at = k + (size_t)lane;
            a[at] = next_availability(a[at], r[at], support[at], damping);
            top_two_add(&t, lane, a[at] + s[at]);
        }
    }
    for (; k < to; k++) {
        a[k] = next_availability(a[k], r[k], support[k], damping);
        top_two_add(&t, 0, a[k] + s[k]);
    }
    *top = t;
}

/* R(i,k) = S(i,k) - max over k' other than k of (A + S)(i,k'), damped, for k in [from, to); adds
 * max(0, R) to sums. Where the largest value occurs twice, first equals second, so comparing values
 * is as good as remembering where it was. */
static void responsibility(float *restrict r, const float *restrict a, const float *restrict s,
                           float *restrict sums, size_t from, size_t to, float damping, float first,
                           float second) {
#pragma omp simd
    for (size_t k = from; k < to; k++) {
        float rival = a[k] + s[k] >= first ? second : first;
        r[k] = damping * r[k] + (1.0f - damping) * (s[k] - rival);
        sums[k] += r[k] > 0.0f ? r[k] : 0.0f;
    }
}

const AffinityLoops LOOPS_TABLE(affinity_loops) = {.availability = availability,
                                                   .responsibility = responsibility};
