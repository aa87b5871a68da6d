#include "model/home.h"

#include <math.h>

#include "lib/motion/heading.h"

void home_of(const Config *c, const float *start, const float *reference, real out[HOME_NUMBERS]) {
    const Placement here = placement_of(reference, true, c->relative_heading);
    float seen[HEADING_NUMBERS];
    double sine, cosine;
    placement_enter(&here, start, seen);
    heading_of((double)seen[5], (double)seen[11], &sine, &cosine);
    const double x = (double)seen[0], z = (double)seen[2];
    const double bound = 1 + sqrt(x * x + z * z);
    out[0] = (real)(x / bound);
    out[1] = (real)(z / bound);
    out[2] = (real)sine;
    out[3] = (real)cosine;
}
