/* import_takes.h: files that hold many recordings, each of which becomes a motion file. */
#ifndef LIB_DATA_IMPORT_TAKES_H
#define LIB_DATA_IMPORT_TAKES_H

#include "lib/motion/motion.h"

/* Where the body is, within the folder. */
extern const char import_h36m_body[];

/* Human3.6M as VideoPose3D keeps it (h36m_joints.h): FOLDER/S1-Walking_1.npz and so on, resampled
 * to fps unless that is 0, and FOLDER/import_h36m_body, the one body of all, whose bones are as
 * long as theirs on average, as the last. *count: of recordings. */
int import_h36m_takes(const char *path, const char *folder, double fps, size_t *count, Error *err);

#endif
