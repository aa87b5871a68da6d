/* cubic_spline.h: the cubic spline through values at whole numbers. */
#ifndef LIB_MOTION_CUBIC_SPLINE_H
#define LIB_MOTION_CUBIC_SPLINE_H

#include <stddef.h>

#include "lib/base/error.h"

/* Slopes [rows, columns] at the rows of x [rows, columns] (rows at least 1), column by column, of
 * the curve that is continuous with two derivatives and whose third is continuous at the second and
 * the last but one row, too ("not-a-knot", de Boor 1978, chapter IV;
 * scipy.interpolate.CubicSpline). Three rows give a parabola, two a line, one a constant. -1 only
 * when memory is out. */
int cubic_spline_slopes(const double *x, size_t rows, size_t columns, double *slopes, Error *err);

/* The curve at 0 <= u <= rows - 1, into out [columns]. At a row it is the row to the bit. */
void cubic_spline_at(const double *x, const double *slopes, size_t rows, size_t columns, double u,
                     double *out);

#endif
