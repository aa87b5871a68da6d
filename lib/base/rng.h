/* rng.h: random numbers whose state is a value: xoshiro256++ (Blackman, Vigna 2019) seeded by
 * splitmix64. */
#ifndef LIB_BASE_RNG_H
#define LIB_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t s[4];
} Rng;

Rng rng_seed(uint64_t seed);
uint64_t rng_next(Rng *r);
double rng_uniform(Rng *r); /* [0, 1), 53 bits */
size_t rng_below(Rng *r, size_t n); /* 0 .. n-1 without bias; n >= 1 */
double rng_normal(Rng *r); /* Box-Muller, one of the pair: no hidden state */
void rng_shuffle(Rng *r, void *items, size_t count,
                 size_t size); /* Fisher-Yates; size: bytes of an item, at most 64 */

#endif
