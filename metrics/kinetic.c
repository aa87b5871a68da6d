/* kinetic.c: kinetic energies and energy expenditure per joint. */
#include "kinetic.h"

#include <math.h>

enum { HALF_WINDOW = 2 };

/* p: one joint's first coordinate triple; step: doubles from one frame to the next. */
static void joint_features(const double *p, size_t step, size_t frames, bool corrected, float out[KINETIC_PER_JOINT]) {
    const double dt = 1.0 / 60;
    double horizontal = 0, vertical = 0, expenditure = 0;
    for (size_t i = 1; i < frames; i++) {
        size_t from = i > HALF_WINDOW ? i - HALF_WINDOW : 1; /* k - 1 must exist */
        size_t last = i + HALF_WINDOW < frames - 1 ? i + HALF_WINDOW : frames - 1;
        double v[3] = {0, 0, 0}, a[3] = {0, 0, 0};
        for (size_t k = from; k <= last; k++)
            for (size_t c = 0; c < 3; c++) v[c] += p[k * step + c] - p[(k - 1) * step + c];
        double n = (double)(last - from + 1) * dt;
        horizontal += (v[0] * v[0] + v[2] * v[2]) / (n * n);
        vertical += v[1] * v[1] / (n * n);

        if (last == frames - 1) last--; /* k + 1 must exist */
        for (size_t k = from; k <= last; k++)
            for (size_t c = 0; c < 3; c++) {
                double before = p[(k - 1) * step + c], here = p[k * step + c], after = p[(k + 1) * step + c];
                double v1 = corrected ? (here - before) / dt : here - before / dt;
                a[c] += ((after - here) / dt - v1) / dt;
            }
        expenditure += sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]) / (double)(last - from + 1);
    }
    double count = (double)(frames - 1);
    out[0] = (float)(horizontal / count);
    out[1] = (float)(vertical / count);
    out[2] = (float)(expenditure / count);
}

void kinetic_features(const double *positions, size_t frames, size_t joints, bool corrected, float *out) {
    for (size_t j = 0; j < joints; j++) joint_features(positions + 3 * j, 3 * joints, frames, corrected, out + KINETIC_PER_JOINT * j);
}
