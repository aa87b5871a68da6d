/* scalar.h: single numbers that files hold, and within which bounds each kind is believed. A number
 * is checked here before it decides how much is computed or allocated; whoever reads a new kind of
 * number from a file adds a row to scalar.c. */
#ifndef LIB_FORMATS_SCALAR_H
#define LIB_FORMATS_SCALAR_H

#include <stdbool.h>

#include "lib/formats/tensor.h"

typedef struct {
    const char *name; /* in files, and in messages */
    double min, max; /* both included */
} ScalarBounds;

extern const ScalarBounds scalar_fps; /* frames a second: 1 to 1000 */
extern const ScalarBounds scalar_tempo; /* beats a minute: 0 (unknown) to 1000 */
extern const ScalarBounds scalar_pose_threshold; /* degrees a frame: 0 to 180 */
extern const ScalarBounds scalar_trans_threshold; /* centimetres a frame: 0 to 1e6 */
extern const ScalarBounds scalar_quantile; /* 0 to 1 */
extern const ScalarBounds scalar_net_pose_threshold, scalar_net_trans_threshold,
    scalar_net_quantile;

/* "'fps' is 1e+300, but must lie between 1 and 1000" for what is outside, or not finite. */
int scalar_check(const ScalarBounds *bounds, double value, Error *err);

/* A tensor of one number, converted to float64 in place, within the bounds. */
int scalar_take(Tensor *t, const ScalarBounds *bounds, double *out, Error *err);

/* The tensor called bounds->name. Where there is none, *out stays and *found (may be NULL) is
 * false. */
int scalar_find(const Tensors *set, const ScalarBounds *bounds, double *out, bool *found,
                Error *err);
/* The same; its absence is an error. */
int scalar_need(const Tensors *set, const ScalarBounds *bounds, double *out, Error *err);

#endif
