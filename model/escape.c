#include "model/escape.h"

#include <math.h>
#include <string.h>

#include "lib/data/sequence.h"
#include "lib/motion/heading.h"

enum { X = 0, Y = 1, Z = 2 };

/* What is the same within this, in standard deviations, is repeated: of 55 ballroom dances none
 * comes closer than 0.07. */
static const double repeated = 0.02;

static bool same_frame(const Escape *e, const float *a, const float *b, size_t dim) {
    double sum = 0;
    for (size_t k = HEADING_NUMBERS; k < dim; k++) {
        double d = ((double)a[k] - (double)b[k]) / (double)e->std[k];
        sum += d * d;
    }
    return sum <= repeated * repeated * (double)(dim - HEADING_NUMBERS);
}

/* How many periods the dance has repeated, back from its end. */
static size_t repetitions(const Escape *e, const float *motion, size_t dim, size_t past, size_t end,
                          size_t period) {
    size_t frames = 0;
    while (frames + period < end - past) {
        const float *newest = motion + (end - 1 - frames) * dim;
        if (!same_frame(e, newest, newest - period * dim, dim)) break;
        frames++;
    }
    return frames / period;
}

/* The mean pose where the frame stands and as it faces. */
static void mean_at(const Escape *e, const float *frame, size_t dim, float *mean) {
    for (size_t k = 0; k < dim; k++) mean[k] = (float)e->mean[k];
    if (e->heading) {
        const Placement here = placement_of(frame, false, true);
        placement_leave(&here, mean, mean);
    } else {
        memcpy(mean, frame, HEADING_NUMBERS * sizeof *mean);
        mean[Y] = (float)e->mean[Y];
    }
    mean[X] = frame[X];
    mean[Z] = frame[Z];
}

bool escape_loop(const Escape *e, float *motion, size_t dim, size_t past, size_t end, size_t step) {
    size_t periods = 1, r = 0;
    if (dim <= HEADING_NUMBERS) return false; /* a body without joints has no pose */
    for (; periods <= ESCAPE_PERIODS && r < 2; periods++)
        r = repetitions(e, motion, dim, past, end, periods * step);
    if (r < 2) return false;
    const double share = fmin(1, e->share * (double)(r - 1));
    for (size_t k = 1; k <= step; k++) {
        float *frame = motion + (end - step + k - 1) * dim, mean[SEQUENCE_FRAME_MAX];
        const double by = share * (double)k / (double)step;
        mean_at(e, frame, dim, mean);
        for (size_t i = 0; i < dim; i++)
            frame[i] += (float)(by * ((double)mean[i] - (double)frame[i]));
    }
    return true;
}
