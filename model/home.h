/* home.h: where on the stage a dancer stands, for models that see every window from its reference
 * frame and would not know [ours]. */
#ifndef MODEL_HOME_H
#define MODEL_HOME_H

#include "lib/nn/real.h"
#include "model/config.h"

enum { HOME_NUMBERS = 4 };

/* The dance's first frame as seen from the reference frame, in the networks' coordinates: x and z
 * in metres, sine and cosine of its heading. Of both frames the first HEADING_NUMBERS numbers are
 * read. */
void home_of(const Config *c, const float *start, const float *reference, real out[HOME_NUMBERS]);

#endif
