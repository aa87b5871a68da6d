/* poses.h: single poses of dances as vectors, to be compared. */
#ifndef EXPORT_POSES_H
#define EXPORT_POSES_H

#include "lib/base/file.h"
#include "lib/motion/motion.h"

typedef struct {
    size_t count, dim; /* dim = 3 (joints - 1) */
    double *vectors; /* [count, dim] joint positions about the root, metres, turned so that the root
                        faces ahead; owned */
    size_t *group; /* [count] number in groups; owned */
    Strings groups; /* genres; "unknown" where a motion says none; of a joined set sorted */
} PoseSet;

/* At most `count` frames at equal distances after the seed. *out is empty on error. */
int poses_sample(const Motion *m, const Skeleton *s, size_t count, PoseSet *out, Error *err);
/* All sets in one. Sets of different bodies are refused. */
int poses_join(const PoseSet *sets, size_t count, PoseSet *out, Error *err);
void poses_free(PoseSet *p);

#endif
