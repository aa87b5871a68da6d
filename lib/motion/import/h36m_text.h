/* h36m_text.h: Human3.6M (Ionescu et al. 2014) as exponential maps, the text files of
 * Structural-RNN (Jain et al. 2016) that motion prediction is compared on: S1/walking_1.txt, 99
 * numbers a line.
 *
 * The first three are the root's translation in millimetres, then a rotation vector for each of 32
 * joints, the root's first, 50 frames a second. A row vector is multiplied by the matrix of its
 * rotation (forward_kinematics.py of Martinez et al. 2017), so that a rotation of ours, of column
 * vectors, is the transpose. The body stands along y and faces z in its own coordinates. */
#ifndef LIB_MOTION_IMPORT_H36M_TEXT_H
#define LIB_MOTION_IMPORT_H36M_TEXT_H

#include "lib/motion/motion.h"

enum { H36M_JOINTS = 32 };

/* up: axis of the file's world that points up: 1, 2, 3 for x, y, z, negative for the opposite
 * directions; 0: the one that the body stands along on average, a guess that note gets where it is
 * a close one. The genre is the action, the file's name without "_1". Errors and note begin with
 * the path; *out is empty on error. */
int h36m_text_read(const char *path, int up, Motion *out, Error *note, Error *err);

#endif
