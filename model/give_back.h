/* give_back.h: what the backward passes of sums share. */
#ifndef MODEL_GIVE_BACK_H
#define MODEL_GIVE_BACK_H

#include "ops.h"

/* dx += factor dy for an operand of the result's shape; nothing where it has no gradient. */
void give_back(const Call *c, int input, real factor);

#endif
