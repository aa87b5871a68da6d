#include "model/home.h"

#include "lib/motion/heading.h"

void home_of(const Config *c, const float *start, const float *reference, real out[HOME_NUMBERS]) {
    const Placement here = placement_of(reference, true, c->relative_heading);
    float seen[HEADING_NUMBERS];
    double sine, cosine;
    placement_enter(&here, start, seen);
    heading_of((double)seen[5], (double)seen[11], &sine, &cosine);
    out[0] = (real)seen[0];
    out[1] = (real)seen[2];
    out[2] = (real)sine;
    out[3] = (real)cosine;
}
