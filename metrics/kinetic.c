/* kinetic.c: kinetic energies and energy expenditure per joint. */
#include "kinetic.h"

#include <math.h>

enum { HALF_WINDOW = 2, LANES = 24 /* coordinates of 8 joints at a time */ };

typedef struct {
    double sums[LANES]; /* horizontal, vertical, expenditure of each joint */
} Energies;

/* Adds frame i's terms for n coordinates (a multiple of 3). p: the first of them in frame 0; step: doubles from one frame to the next. */
static void add_frame(Energies *e, const double *p, size_t step, size_t n, size_t frames, size_t i, bool corrected) {
    const double dt = 1.0 / 60;
    size_t from = i > HALF_WINDOW ? i - HALF_WINDOW : 1; /* k - 1 must exist */
    size_t last = i + HALF_WINDOW < frames - 1 ? i + HALF_WINDOW : frames - 1;
    double v[LANES] = {0}, a[LANES] = {0};
    for (size_t k = from; k <= last; k++) {
        const double *here = p + k * step, *before = here - step;
        for (size_t c = 0; c < n; c++) v[c] += here[c] - before[c];
    }
    double time = (double)(last - from + 1) * dt;

    if (last == frames - 1) last--; /* k + 1 must exist */
    double bracket = corrected ? dt : 1; /* (p[k] - p[k-1]) / dt, or p[k] - p[k-1] / dt */
    for (size_t k = from; k <= last; k++) {
        const double *here = p + k * step, *before = here - step, *after = here + step;
        for (size_t c = 0; c < n; c++) a[c] += ((after[c] - here[c]) / dt - (here[c] / bracket - before[c] / dt)) / dt;
    }
    double count = (double)(last - from + 1);
    for (size_t c = 0; c < n; c += 3) {
        e->sums[c] += (v[c] * v[c] + v[c + 2] * v[c + 2]) / (time * time);
        e->sums[c + 1] += v[c + 1] * v[c + 1] / (time * time);
        e->sums[c + 2] += sqrt(a[c] * a[c] + a[c + 1] * a[c + 1] + a[c + 2] * a[c + 2]) / count;
    }
}

void kinetic_features(const double *positions, size_t frames, size_t joints, bool corrected, float *out) {
    for (size_t first = 0; first < 3 * joints; first += LANES) {
        size_t n = 3 * joints - first < LANES ? 3 * joints - first : LANES;
        Energies e = {{0}};
        for (size_t i = 1; i < frames; i++) add_frame(&e, positions + first, 3 * joints, n, frames, i, corrected);
        for (size_t c = 0; c < n; c++) out[first + c] = (float)(e.sums[c] / (double)(frames - 1));
    }
}
