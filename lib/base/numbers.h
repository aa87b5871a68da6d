/* numbers.h: arrays of numbers: finite checks, sorting, quantiles. */
#ifndef LIB_BASE_NUMBERS_H
#define LIB_BASE_NUMBERS_H

#include <stddef.h>

/* Index of the first of n elements that is infinite or NaN; n if all are finite. Long arrays are
 * checked by all threads. */
size_t floats_first_nonfinite(const float *x, size_t n);
size_t doubles_first_nonfinite(const double *x, size_t n);

/* Sorts n numbers, none of them NaN, in ascending order. */
void doubles_sort(double *x, size_t n);

/* The q-quantile of n sorted numbers, linear between neighbours, as numpy.quantile; n at least 1.
 */
double doubles_quantile(const double *x, size_t n, double q);

#endif
