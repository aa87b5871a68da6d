/* lanes.h: vectors of eight numbers (the vector types of GCC and Clang, which compile to whatever
 * the processor has). */
#ifndef LIB_BASE_LANES_H
#define LIB_BASE_LANES_H

#include <math.h>
#include <stddef.h>

enum { LANES = 8 };
typedef double Lanes __attribute__((vector_size(LANES * sizeof(double))));

/* Element by element. Pointers, because how vectors are passed by value depends on MARCH. */
static inline void lanes_sqrt(const Lanes *x, Lanes *out) {
    for (size_t l = 0; l < LANES; l++) (*out)[l] = sqrt((*x)[l]);
}

#endif
