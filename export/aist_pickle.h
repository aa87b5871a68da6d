/* aist_pickle.h: AIST++'s own motion file, for the tools that read that. */
#ifndef EXPORT_AIST_PICKLE_H
#define EXPORT_AIST_PICKLE_H

#include "export/clip.h"
#include "lib/base/buffer.h"

/* aistpickle.h's dict: axis-angle poses, smpl_scaling 100 (AIST++'s are about 94: its translations
 * are near centimetres), smpl_trans = metres times that. Errors: not SMPL's 24 joints, not 60
 * frames a second, which the format takes for granted. */
int export_aist_pickle(const Clip *clip, Buffer *out, Error *err);

#endif
