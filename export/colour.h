/* colour.h: sRGB (IEC 61966-2-1) and linear light. */
#ifndef EXPORT_COLOUR_H
#define EXPORT_COLOUR_H

#include <math.h>

#include "export/scalar.h"

static inline float colour_decode(unsigned char level) {
    float s = (float)level / 255;
    return s <= 0.04045f ? s / 12.92f : powf((s + 0.055f) / 1.055f, 2.4f);
}

/* The power 1 / 2.4 as a sum of roots, within a third of a level. */
static inline unsigned char colour_encode(float light) {
    float x = scalar_clamp(light), root2 = sqrtf(x), root4 = sqrtf(root2), root8 = sqrtf(root4);
    float s = 0.662002687f * root2 + 0.684122060f * root4 - 0.323583601f * root8 - 0.022541147f * x;
    return (unsigned char)(int)(255 * (x < 0.0031308f ? 12.92f * x : s) + 0.5f);
}

#endif
