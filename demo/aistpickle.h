/* aistpickle.h: AIST++'s motion file: a pickled dict of NumPy arrays. */
#ifndef DEMO_AISTPICKLE_H
#define DEMO_AISTPICKLE_H

#include <stddef.h>

#include "lib/error.h"

/* Writes {smpl_loss: float, smpl_poses: float32 [frames, 72], smpl_scaling: float32 [1], smpl_trans: float32 [frames, 3]} as NumPy 1 does with
 * protocol 3. Atomic. poses in radians, trans in the file's units: metres times scaling. */
int aistpickle_write(const char *path, size_t frames, const float *poses, const float *trans, float scaling, double loss, Error *err);

#endif
