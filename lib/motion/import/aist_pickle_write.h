/* aist_pickle_write.h: AIST++'s motion file: a pickled dict of NumPy arrays. */
#ifndef LIB_MOTION_IMPORT_AIST_PICKLE_WRITE_H
#define LIB_MOTION_IMPORT_AIST_PICKLE_WRITE_H

#include <stddef.h>

#include "lib/base/buffer.h"

/* {smpl_loss: float, smpl_poses: float32 [frames, 72], smpl_scaling: float32 [1], smpl_trans:
 * float32 [frames, 3]} as NumPy 1 does with protocol 3; NumPy 2 opens it too. poses in radians,
 * trans in the file's units: metres times scaling. Errors: too many frames for the format. */
int aist_pickle_put(Buffer *out, size_t frames, const float *poses, const float *trans,
                    float scaling, double loss, Error *err);

#endif
