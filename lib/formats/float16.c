#include "lib/formats/float16.h"

#include <string.h>

static const uint32_t float_infinity = 0x7f800000;

static float float_of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of_float(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* Exponents count from 127 in float32 and from 15 in binary16; the fraction is 13 bits shorter. */
enum { REBIAS = (127 - 15) << 23, SHORTER = 13 };

float float_of_f16(uint16_t x) {
    uint32_t sign = (uint32_t)(x & 0x8000) << 16, rest = x & 0x7fff;
    uint32_t bits = (rest << SHORTER) + REBIAS;
    if (rest >= 0x7c00) bits = float_infinity | rest << SHORTER;
    if (rest < 0x0400) bits = bits_of_float((float)rest * 0x1p-24f); /* normal as a float32 */
    return float_of_bits(sign | bits);
}

float float_of_bf16(uint16_t x) { return float_of_bits((uint32_t)x << 16); }

/* x >> shift, rounded to the nearest, ties to even. */
static uint32_t round_shift(uint32_t x, unsigned shift) {
    uint32_t odd = x >> shift & 1;
    return (x + (1u << (shift - 1)) - 1 + odd) >> shift;
}

uint16_t f16_of_float(float x) {
    uint32_t bits = bits_of_float(x), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
    uint32_t half;
    if (rest > float_infinity) /* NaN */
        half = 0x7e00 | (rest >> SHORTER & 0x3ff);
    else if (rest >= 0x477ff000) /* 65520, half way from the largest number to 2^16 */
        half = 0x7c00;
    else if (rest >= 0x38800000) /* 2^-14, the least normal one */
        half = round_shift(rest - REBIAS, SHORTER);
    else if (rest >= 0x33000000) /* 2^-25, half of the least one: multiples of 2^-24 */
        half = round_shift((rest & 0x7fffff) | 0x800000, 126 - (rest >> 23));
    else
        half = 0;
    return (uint16_t)(sign | half);
}

uint16_t bf16_of_float(float x) {
    uint32_t bits = bits_of_float(x);
    if ((bits & 0x7fffffff) > float_infinity) return (uint16_t)(bits >> 16 | 0x40); /* NaN */
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

void floats_of_f16(const uint16_t *x, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = float_of_f16(x[i]);
}

void floats_of_bf16(const uint16_t *x, size_t n, float *out) {
    for (size_t i = 0; i < n; i++) out[i] = float_of_bf16(x[i]);
}

void f16_of_floats(const float *x, size_t n, uint16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = f16_of_float(x[i]);
}

void bf16_of_floats(const float *x, size_t n, uint16_t *out) {
    for (size_t i = 0; i < n; i++) out[i] = bf16_of_float(x[i]);
}
