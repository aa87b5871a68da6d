/* home.h: where on the stage a dancer stands, for models that see every window from its reference
 * frame and would not know [ours]. */
#ifndef MODEL_HOME_H
#define MODEL_HOME_H

#include "lib/nn/real.h"
#include "model/config.h"

enum { HOME_NUMBERS = 4 };

/* The dance's first frame as seen from the reference frame, in the networks' coordinates: its
 * direction times r / (1 + r), r metres away, and sine and cosine of its heading. The length stays
 * below 1, so that a dancer who is further away than any in the training data is seen at the edge
 * of what was learnt, from where dances return. Of both frames the first HEADING_NUMBERS numbers
 * are read. */
void home_of(const Config *c, const float *start, const float *reference, real out[HOME_NUMBERS]);

#endif
