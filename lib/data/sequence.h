/* sequence.h: one dance of a training set in memory, with its music.
 *
 * Rotations are kept as their first two rows, a frame as 3 + 6 J numbers; the third row is the
 * cross product of the other two, computed when frames are read. A dance whose matrices are further
 * from rotations than that (sequence_pack) is kept as it is. So motion is read with the functions
 * below and not directly. */
#ifndef LIB_DATA_SEQUENCE_H
#define LIB_DATA_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/motion/skeleton.h"

enum { SEQUENCE_FRAME_MAX = 3 + 9 * JOINTS_MAX }; /* numbers of a whole frame, at most */

typedef struct {
    const float *motion; /* [frames, 3 + 6 J] where packed, else [frames, 3 + 9 J] */
    const float *music; /* [music_frames, music_dim]; NULL without */
    size_t frames, music_frames, genre;
    bool packed;
} Sequence;

/* Numbers that a frame of `dim` = 3 + 9 J takes in memory. */
size_t sequence_frame_size(const Sequence *s, size_t dim);

/* Leaves out third rows in place: frames [count, dim] become [count, 3 + 6 J]. Returns false and
 * changes nothing where one is further than 1e-6 from the product in some entry: matrices that are
 * no rotations, or reflections. */
bool sequence_pack(float *frames, size_t count, size_t dim);

/* Frames first .. first + count - 1, whole, into `to` [count, dim]. Products are made in float64
 * and rounded: of float32 rotations, what comes out differs from what went in by some 1e-7. */
void sequence_frames(const Sequence *s, size_t dim, size_t first, size_t count, float *to);
/* Number k of a whole frame, the same to the bit. */
float sequence_number(const Sequence *s, size_t dim, size_t frame, size_t k);

#endif
