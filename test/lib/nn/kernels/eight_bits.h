/* eight_bits.h: what bfloat16 is, without its bits. */
#ifndef TEST_LIB_NN_KERNELS_EIGHT_BITS_H
#define TEST_LIB_NN_KERNELS_EIGHT_BITS_H

#include <math.h>

/* To 8 significant bits, ties to even. */
static inline double eight_bits(double x) {
    int exponent;
    double fraction = frexp(x, &exponent);
    return ldexp(rint(ldexp(fraction, 8)), exponent - 8);
}

#endif
