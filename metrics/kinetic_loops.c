/* kinetic.c: kinetic energies and energy expenditure per joint. */
#include "metrics/feature_loops.h"

#include <math.h>

enum { HALF_WINDOW = 2, LANES = 24 /* coordinates of 8 joints at a time */ };

typedef struct {
    double sums[LANES]; /* horizontal, vertical, expenditure of each joint */
} Energies;

/* Adds frame i's terms for n coordinates (a multiple of 3). p: the first of them in frame 0; step:
 * doubles from one frame to the next. The sums over a window of differences of neighbours are
 * differences of its ends. */
static inline __attribute__((always_inline)) void add_frame(Energies *e, const double *p,
                                                            size_t step, size_t n, size_t frames,
                                                            size_t i, bool corrected) {
    const double rate = 60;
    size_t from = i > HALF_WINDOW ? i - HALF_WINDOW : 1; /* k - 1 must exist */
    size_t last = i + HALF_WINDOW < frames - 1 ? i + HALF_WINDOW : frames - 1;
    const double *before = p + (from - 1) * step;
    const double *first = before + step;
    const double *end = p + last * step;
    double vv[LANES], aa[LANES], sum[LANES] = {0}, scale = rate / (double)(last - from + 1);
    for (size_t c = 0; c < n; c++) {
        double v = (end[c] - before[c]) * scale;
        vv[c] = v * v;
    }

    if (last == frames - 1) end -= step, last--; /* k + 1 must exist */
    scale = rate / (double)(last - from + 1);
    /* What the missing brackets leave in the sum: p[k] / dt - p[k] */
    double left = corrected ? 0 : rate - 1;
    for (const double *here = first; left > 0 && here <= end; here += step)
        for (size_t c = 0; c < n; c++) sum[c] += here[c];
    for (size_t c = 0; c < n; c++) {
        double a = ((end[step + c] - first[c] - end[c] + before[c]) * rate + left * sum[c]) * scale;
        aa[c] = a * a;
    }
    for (size_t c = 0; c < n; c += 3) {
        e->sums[c] += vv[c] + vv[c + 2];
        e->sums[c + 1] += vv[c + 1];
        e->sums[c + 2] += sqrt(aa[c] + aa[c + 1] + aa[c + 2]);
    }
}

static void features(const double *positions, size_t frames, size_t joints, bool corrected,
                     float *out) {
    for (size_t first = 0; first < 3 * joints; first += LANES) {
        size_t n = 3 * joints - first < LANES ? 3 * joints - first : LANES;
        const double *p = positions + first;
        Energies e = {{0}};
        if (n == LANES) /* a constant that the compiler can unroll by */
            for (size_t i = 1; i < frames; i++)
                add_frame(&e, p, 3 * joints, LANES, frames, i, corrected);
        else
            for (size_t i = 1; i < frames; i++)
                add_frame(&e, p, 3 * joints, n, frames, i, corrected);
        for (size_t c = 0; c < n; c++) out[first + c] = (float)(e.sums[c] / (double)(frames - 1));
    }
}

const KineticLoops LOOPS_TABLE(kinetic_loops) = {.features = features};
