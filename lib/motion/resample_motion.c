/* resample_motion.c: cubic interpolation in time. */
#include "lib/motion/resample_motion.h"

#include <math.h>
#include <stdlib.h>

/* x [frames, n] at u, in frames, 0 <= u <= frames - 1. */
static void cubic(const double *x, size_t frames, size_t n, double u, double *out) {
    size_t k = (size_t)u;
    double f = u - (double)k;
    size_t before = k > 0 ? k - 1 : 0, after = k + 1 < frames ? k + 1 : k,
           last = k + 2 < frames ? k + 2 : after;
    for (size_t c = 0; c < n; c++) {
        double a = x[k * n + c], b = x[after * n + c];
        double at_a = after > before ? (b - x[before * n + c]) / (double)(after - before) : 0,
               at_b = last > k ? (x[last * n + c] - a) / (double)(last - k) : 0;
        out[c] =
            a + f * (at_a + f * (3 * (b - a) - 2 * at_a - at_b + f * (2 * (a - b) + at_a + at_b)));
    }
}

int pose_track_resample(const PoseTrack *b, double fps, PoseTrack *out, Error *err) {
    *out = (PoseTrack){0};
    double step = b->fps / fps, count = floor((double)(b->frames - 1) / step + 1e-9) + 1;
    if (!(step > 0) || !(count < 1e9))
        return error_set(err, "cannot go from %g to %g frames a second", b->fps, fps);
    size_t n = (size_t)count, width = 3 * b->joints;
    PoseTrack r = {n,    b->joints,
                   fps,  malloc(3 * n * sizeof(double)),
                   NULL, malloc(n * width * sizeof(double))};
    if (!r.translations || !r.positions) {
        pose_track_free(&r);
        return error_set(err, "out of memory for %zu frames", n);
    }
    for (size_t t = 0; t < n; t++) {
        double u = (double)t * step, whole = round(u);
        if (fabs(u - whole) < 1e-9) u = whole; /* a frame of both rates */
        u = fmin(u, (double)(b->frames - 1));
        cubic(b->positions, b->frames, width, u, r.positions + t * width);
        cubic(b->translations, b->frames, 3, u, r.translations + 3 * t);
    }
    *out = r;
    return 0;
}
