/* lanes.h: eight numbers side by side, with which one computes as with one (GCC's and Clang's
 * vector types: whatever the processor has is used). */
#ifndef LIB_BASE_LANES_H
#define LIB_BASE_LANES_H

#include <math.h>
#include <stddef.h>

enum { LANES = 8 };
typedef double Lanes __attribute__((vector_size(LANES * sizeof(double))));

/* Element by element; pointers, because how vectors are passed by value depends on the processor.
 */
static inline void lanes_sqrt(const Lanes *x, Lanes *out) {
    for (size_t l = 0; l < LANES; l++) (*out)[l] = sqrt((*x)[l]);
}

#endif
