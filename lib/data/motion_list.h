/* motion_list.h: which motion files an operand means (a file, a folder of them, or a data-set
 * .tsv), and work on many at once. */
#ifndef LIB_DATA_MOTION_LIST_H
#define LIB_DATA_MOTION_LIST_H

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/cli/progress.h"
#include "lib/motion/motion.h"

/* Appends the motion files that path stands for: a .tsv gives its `motion` column in row order, a
 * folder its .npz, .npy and .pkl files by name, anything else itself. Errors begin with the path.
 */
int motion_list_add(Strings *list, const char *path, Error *err);

/* The same for every one of `count` operands. */
int motion_list(Strings *list, char *const *operands, size_t count, Error *err);

/* Calls work(path, index in the list, context, err) for every file, several at a time: work may
 * write only to what belongs to its index. bad [count] NULLs: all files are worked on, and bad[i]
 * becomes why the i-th failed (owned by the caller). bad NULL: -1 with the error of the first file
 * in the list that has one. -1 when memory is out, in any case. */
typedef int (*FileWork)(const char *path, size_t index, void *context, Error *err);
int motion_list_each_file(const Strings *files, FileWork work, void *context, Progress *progress,
                          Error **bad, Error *err);

/* The same for motions, which are read first. */
typedef int (*MotionWork)(const Motion *m, size_t index, void *context, Error *err);
int motion_list_each(const Strings *files, MotionWork work, void *context, Progress *progress,
                     Error *err);

#endif
