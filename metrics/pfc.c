/* pfc.c: feet that slide while the body accelerates. */
#include "metrics/pfc.h"

#include <math.h>

enum { LEFT_ANKLE = 7, RIGHT_ANKLE = 8, LEFT_TOES = 10, RIGHT_TOES = 11 };

static double slide(const double *before, const double *now, size_t joint) {
    double x = now[3 * joint] - before[3 * joint];
    double z = now[3 * joint + 2] - before[3 * joint + 2];
    return sqrt(x * x + z * z);
}

/* p: positions of the window's first frame; step: doubles from one frame to the next. */
static double window_score(const double *p, size_t step, size_t frames) {
    double sum = 0, largest = 0;
    for (size_t t = 0; t + 2 < frames; t++, p += step) {
        const double *now = p + step;
        const double *after = now + step;
        double a[3], norm;
        for (size_t i = 0; i < 3; i++) a[i] = after[i] - 2 * now[i] + p[i];
        a[1] = fmax(a[1], 0);
        norm = sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
        largest = fmax(largest, norm);
        sum += norm * fmin(slide(now, after, LEFT_ANKLE), slide(now, after, LEFT_TOES)) *
               fmin(slide(now, after, RIGHT_ANKLE), slide(now, after, RIGHT_TOES));
    }
    return largest > 0 ? 10000 * sum / largest / (double)(frames - 2) : NAN;
}

double pfc_score(const PoseTrack *b, size_t window, size_t hop) {
    size_t frames = b->frames;
    size_t step = 3 * b->joints;
    if (frames < 3 || b->joints <= RIGHT_TOES) return NAN;
    if (window == 0 || window > frames) window = frames;
    double sum = 0;
    size_t count = 0;
    for (size_t first = 0; first + window <= frames; first += hop ? hop : window, count++)
        sum += window_score(b->positions + first * step, step, window);
    return sum / (double)count;
}
