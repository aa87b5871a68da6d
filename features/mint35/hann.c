#include "features/mint35/hann.h"

#include <math.h>

static void hann(double *w, size_t n, double period) {
    for (size_t k = 0; k < n; k++) w[k] = 0.5 - 0.5 * cos(2 * M_PI * (double)k / period);
}

void hann_periodic(double *w, size_t n) {
    hann(w, n, (double)n);
    if (n == 1) w[0] = 1;
}

void hann_symmetric(double *w, size_t n) { hann(w, n, (double)n - 1); }
