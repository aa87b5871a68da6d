/* similarity.h: how alike windows of motion are, for clustering. */
#ifndef MODEL_CLUSTER_SIMILARITY_H
#define MODEL_CLUSTER_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/motion/motion.h"

static const size_t CLUSTER_WINDOW_ABSOLUTE = (size_t)-1;

/* Windows of `frames` x `dim` floats that are views into the caller's motions: they may
 * overlap, nothing is copied. */
typedef struct {
    size_t count, frames, dim;
    const float **start; /* [count] first value of each window; owned, what it points at is not */
    size_t *motion; /* [count] which motion it is cut from; owned */
    size_t *first; /* [count] and its first frame there; owned */
    /* Frame of every window from which its horizontal translation (dimensions 0 and 2 of each
     * frame) counts, l - K - 1 for models trained with --relative-root; or CLUSTER_WINDOW_ABSOLUTE,
     * which leaves windows as they are. */
    size_t origin;
    bool heading; /* and every window is turned so that this frame faces straight ahead; to be set
                     after the cut */
} ClusterWindows;

/* All windows of `frames` frames, every `stride` frames from frame 0 of each motion, in the order
 * of the motions. A motion that is too short gives none; no windows at all is not an error. The
 * motions must have the same number of joints and stay where they are. Errors leave *out empty. */
int cluster_windows_cut(const Motion *motions, size_t count, size_t frames, size_t stride,
                        size_t origin, ClusterWindows *out, Error *err);
void cluster_windows_free(ClusterWindows *w);

/* Crop i as clustering sees it: [frames, dim], relative root and heading applied. */
void cluster_windows_copy(const ClusterWindows *w, size_t i, float *out);

/* s[i, j] = - squared Euclidean distance of windows i and j, [count, count], symmetric, diagonal 0.
 * By Gram matrices of tiles in float64, so that near windows keep their digits: errors are those of
 * rounding s to float. The result does not depend on the order of work. */
int cluster_windows_similarity(const ClusterWindows *w, float *s, Error *err);

#endif
