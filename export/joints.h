/* joints.h: joint positions as one NumPy array. */
#ifndef EXPORT_JOINTS_H
#define EXPORT_JOINTS_H

#include "export/clip.h"
#include "lib/base/buffer.h"

/* .npy, float32 [frames, joints, 3], metres, y up. */
int joints_npy(const Clip *clip, Buffer *out, Error *err);

#endif
