/* float16.h: the two 16-bit floating-point types, as bit patterns: IEEE 754 binary16 ("F16",
 * torch's Half: 5 bits of exponent, 10 of fraction) and bfloat16 ("BF16": the upper half of a
 * float32). */
#ifndef LIB_FORMATS_FLOAT16_H
#define LIB_FORMATS_FLOAT16_H

#include <stddef.h>
#include <stdint.h>

/* The same number: zeros keep their sign, subnormals and infinities are exact whatever the
 * processor is set to do with subnormals, NaN keeps its sign and fraction. */
float float_of_f16(uint16_t x);
float float_of_bf16(uint16_t x);

/* The nearest number of the type, of two equally near ones that with the even fraction; what is
 * too large becomes infinite, NaN stays NaN. */
uint16_t f16_of_float(float x);
uint16_t bf16_of_float(float x);

/* The same for n numbers. */
void floats_of_f16(const uint16_t *x, size_t n, float *out);
void floats_of_bf16(const uint16_t *x, size_t n, float *out);
void f16_of_floats(const float *x, size_t n, uint16_t *out);
void bf16_of_floats(const float *x, size_t n, uint16_t *out);

#endif
