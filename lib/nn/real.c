#include "lib/nn/real.h"

#ifndef NN_FLOAT64
const float real_exp_range = 86.0f;
#endif
