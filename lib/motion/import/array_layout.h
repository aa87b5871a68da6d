/* array_layout.h: what a bare array of motion, [T, columns] without names, seems to be. */
#ifndef LIB_MOTION_IMPORT_ARRAY_LAYOUT_H
#define LIB_MOTION_IMPORT_ARRAY_LAYOUT_H

#include "lib/motion/import/smpl_frames.h"

typedef struct {
    size_t columns;
    const char *name; /* for messages */
    size_t contacts; /* columns before the translation */
    const SmplLayout
        *layout; /* NULL: not enough is known of it (rate, axes, scaling) to import it */
} ArrayLayout;

/* NULL for other numbers of columns. */
const ArrayLayout *array_layout_find(size_t columns);

/* Are the matrices of frames [T, 3 + 9 J] rotations, in the main? Network output is not quite. As
 * many columns as another layout has need nine of ten determinants near 1, others half of them. */
bool array_holds_rotations(const float *frames, size_t count, size_t columns);

/* An array of a layout that is known, [T, columns], into a motion. Errors do not name the file. */
int array_import(Tensor *t, const ArrayLayout *layout, Motion *out, Error *err);

#endif
