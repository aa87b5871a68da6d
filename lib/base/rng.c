#include "lib/base/rng.h"

#include <math.h>
#include <string.h>

static uint64_t rotate_left(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

Rng rng_seed(uint64_t seed) {
    Rng r;
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        seed += 0x9e3779b97f4a7c15u;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        r.s[i] = z ^ (z >> 31);
    }
    return r;
}

uint64_t rng_next(Rng *r) {
    uint64_t *s = r->s;
    uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_uniform(Rng *r) { return (double)(rng_next(r) >> 11) * 0x1p-53; }

size_t rng_below(Rng *r, size_t n) {
    uint64_t limit = UINT64_MAX - UINT64_MAX % n; /* multiples of n below this are equally likely */
    uint64_t x;
    do x = rng_next(r);
    while (x >= limit);
    return (size_t)(x % n);
}

double rng_normal(Rng *r) {
    double u = 1.0 - rng_uniform(r); /* (0, 1] */
    double v = rng_uniform(r);
    return sqrt(-2.0 * log(u)) * cos(2.0 * M_PI * v);
}

void rng_shuffle(Rng *r, void *items, size_t count, size_t size) {
    unsigned char *bytes = items, swap[64];
    for (size_t i = count; i > 1; i--) {
        size_t j = rng_below(r, i);
        memcpy(swap, bytes + (i - 1) * size, size);
        memmove(bytes + (i - 1) * size, bytes + j * size, size);
        memcpy(bytes + j * size, swap, size);
    }
}
