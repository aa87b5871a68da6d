/* hann.h: Hann windows as scipy.signal.get_window gives them, float64. */
#ifndef FEATURES_MINT35_HANN_H
#define FEATURES_MINT35_HANN_H

#include <stddef.h>

/* w[k] = 1/2 - 1/2 cos(2 pi k / n): one period, for spectra (fftbins=True). */
void hann_periodic(double *w, size_t n);
/* w[k] = 1/2 - 1/2 cos(2 pi k / (n - 1)): symmetric, for smoothing (fftbins=False). n >= 2. */
void hann_symmetric(double *w, size_t n);

#endif
