/* motion_import_pickle.h: pickled motions; part of motion_import.h. */
#ifndef LIB_MOTION_IMPORT_MOTION_IMPORT_PICKLE_H
#define LIB_MOTION_IMPORT_MOTION_IMPORT_PICKLE_H

#include "lib/motion/motion.h"

/* *out is empty on error. Errors begin with the path, and so does note where something was guessed.
 */
int motion_import_pickle(const char *path, Motion *out, Error *note, Error *err);

#endif
