#include "lib/data/sequence.h"

#include <math.h>
#include <string.h>

#include "lib/motion/motion.h"

enum { ROOT = 3, MATRIX = 9, ROWS = 6 }; /* translation; a rotation, and its first two rows */
static const double PACKED_DISTANCE = 1e-6;

size_t sequence_frame_size(const Sequence *s, size_t dim) {
    return s->packed ? ROOT + joints_of_dim(dim) * ROWS : dim;
}

/* Entry i of the third row: r[0] x r[1]. */
static float third_row(const float rows[ROWS], size_t i) {
    const size_t j = (i + 1) % 3, k = (i + 2) % 3;
    return (float)((double)rows[j] * (double)rows[3 + k] - (double)rows[k] * (double)rows[3 + j]);
}

static bool follows(const float matrix[MATRIX]) {
    for (size_t i = 0; i < 3; i++) {
        const double off = (double)matrix[ROWS + i] - (double)third_row(matrix, i);
        if (!(fabs(off) <= PACKED_DISTANCE)) return false;
    }
    return true;
}

bool sequence_pack(float *frames, size_t count, size_t dim) {
    const size_t joints = joints_of_dim(dim);
    for (size_t t = 0; t < count; t++)
        for (size_t j = 0; j < joints; j++)
            if (!follows(frames + t * dim + ROOT + MATRIX * j)) return false;
    float *to = frames;
    for (size_t t = 0; t < count; t++) {
        const float *from = frames + t * dim;
        memmove(to, from, ROOT * sizeof *to);
        to += ROOT;
        for (size_t j = 0; j < joints; j++, to += ROWS)
            memmove(to, from + ROOT + MATRIX * j, ROWS * sizeof *to);
    }
    return true;
}

void sequence_frames(const Sequence *s, size_t dim, size_t first, size_t count, float *to) {
    const float *from = s->motion + first * sequence_frame_size(s, dim);
    if (!s->packed) {
        memcpy(to, from, count * dim * sizeof *to);
        return;
    }
    const size_t joints = joints_of_dim(dim);
    for (size_t t = 0; t < count; t++) {
        memcpy(to, from, ROOT * sizeof *to);
        from += ROOT;
        to += ROOT;
        for (size_t j = 0; j < joints; j++, from += ROWS, to += MATRIX) {
            memcpy(to, from, ROWS * sizeof *to);
            for (size_t i = 0; i < 3; i++) to[ROWS + i] = third_row(from, i);
        }
    }
}

float sequence_number(const Sequence *s, size_t dim, size_t frame, size_t k) {
    const float *numbers = s->motion + frame * sequence_frame_size(s, dim);
    if (!s->packed || k < ROOT) return numbers[k];
    const size_t joint = (k - ROOT) / MATRIX, entry = (k - ROOT) % MATRIX;
    const float *rows = numbers + ROOT + ROWS * joint;
    return entry < ROWS ? rows[entry] : third_row(rows, entry - ROWS);
}
